//! The comparison of two programs.

use gloo_events::EventListener;
use monaco::sys::editor::{IDiffEditorConstructionOptions, IStandaloneDiffEditor, ITextModel};
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlDivElement, MediaQueryList};

use super::editor::name_announcers;
use super::js;
use super::monaco_module::MonacoModule;

/// Without room for two columns the lines of both programs stand in one; as in `dialog.css`.
const NARROW: &str = "(width < 60rem)";

/// A read-only comparison of two programs. Dropping it disposes of it.
pub(crate) struct DiffView {
    editor: IStandaloneDiffEditor,
    models: Vec<ITextModel>,
    /// Follows the window's width.
    _narrow: Option<EventListener>,
}

impl DiffView {
    /// Shows how to get from the first program to the second, each with its accessible name; none
    /// where Monaco can't be loaded.
    pub(crate) async fn mount(
        host: HtmlDivElement,
        original: (&'static str, String),
        modified: (&'static str, String),
    ) -> Option<Self> {
        let labels = [original.0, modified.0];
        let module = MonacoModule::load().await?;
        let narrow = web_sys::window()
            .and_then(|window| window.match_media(NARROW).ok())
            .flatten();
        let options: IDiffEditorConstructionOptions = js::object(&json!({
            "readOnly": true,
            "automaticLayout": true,
            "renderSideBySide": !narrow.as_ref().is_some_and(MediaQueryList::matches),
            "enableSplitViewResizing": false,
            "minimap": { "enabled": false },
            "scrollBeyondLastLine": false,
            "renderOverviewRuler": false,
            "fontSize": 13,
            "lineHeight": 21,
            "lineNumbersMinChars": 3,
            "folding": false,
            "originalEditable": false,
            // What is below and above it in a dialog is to be reached by the wheel.
            "scrollbar": { "useShadows": false, "alwaysConsumeMouseWheel": false },
        }));
        let editor = module.create_diff_editor(&host, &options)?;
        name_announcers();
        let models: Vec<ITextModel> = [original.1, modified.1]
            .iter()
            .filter_map(|text| module.create_model(text, "python"))
            .collect();
        if let [original, modified] = models.as_slice() {
            let pair = js_sys::Object::new();
            js::set(&pair, "original", original);
            js::set(&pair, "modified", modified);
            let target: &JsValue = editor.as_ref();
            js::call(target, "setModel", &[pair.into()]);
        }
        let sides = ["getOriginalEditor", "getModifiedEditor"];
        for (method, label) in sides.into_iter().zip(labels) {
            let side = js::call(editor.unchecked_ref(), method, &[]);
            let label = js::object::<JsValue>(&json!({ "ariaLabel": label }));
            js::call(&side, "updateOptions", &[label]);
        }
        let target: JsValue = editor.clone().unchecked_into();
        let narrow = narrow.map(|query| {
            let media = query.clone();
            EventListener::new(&query, "change", move |_| {
                let sides = json!({ "renderSideBySide": !media.matches() });
                js::call(&target, "updateOptions", &[js::object(&sides)]);
            })
        });
        Some(Self {
            editor,
            models,
            _narrow: narrow,
        })
    }
}

impl Drop for DiffView {
    fn drop(&mut self) {
        let target: &JsValue = self.editor.as_ref();
        js::call(target, "dispose", &[]);
        for model in &self.models {
            model.dispose();
        }
    }
}
