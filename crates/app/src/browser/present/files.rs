//! Files that the learner saves and opens.

use gloo_file::{Blob, ObjectUrl};
use wasm_bindgen::JsCast;
use web_sys::{HtmlAnchorElement, HtmlInputElement};

/// Offers a text as a download.
pub(crate) fn download(name: &str, media_type: &str, text: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let blob = Blob::new_with_options(text, Some(media_type));
    let url = ObjectUrl::from(blob);
    let Ok(Ok(link)) = document
        .create_element("a")
        .map(|element| element.dyn_into::<HtmlAnchorElement>())
    else {
        return;
    };
    link.set_href(&url);
    link.set_download(name);
    link.click();
}

/// The text of the file chosen in a field, or why it can't be read; none where nothing is chosen.
pub(crate) async fn read_file(field: &HtmlInputElement) -> Option<Result<String, String>> {
    let file = gloo_file::File::from(field.files()?.get(0)?);
    // Otherwise choosing the same file again, after it was changed, fires no event.
    field.set_value("");
    const BYTES_MAX: u64 = 32 * 1024 * 1024;
    if file.size() > BYTES_MAX {
        return Some(Err(
            "the file is too large to be CodeAlong progress".to_owned()
        ));
    }
    let text = gloo_file::futures::read_as_text(&file).await;
    Some(text.map_err(|error| error.to_string()))
}
