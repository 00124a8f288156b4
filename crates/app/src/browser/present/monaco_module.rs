//! Monaco's JavaScript, 3 MB that are loaded when a page first needs an editor.
//!
//! The crate `monaco` would have it imported by the wasm's own JavaScript, and no page would start
//! without it. So its functions are called here; the types and methods are the crate's.

use std::cell::RefCell;

use js_sys::{Array, Promise};
use monaco::sys::editor::{
    IDiffEditorConstructionOptions, IStandaloneCodeEditor, IStandaloneDiffEditor,
    IStandaloneEditorConstructionOptions, IStandaloneThemeData, ITextModel,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

use super::editor_theme;
use super::{js, page};

thread_local! {
    static LOADED: RefCell<Option<MonacoModule>> = const { RefCell::new(None) };
}

/// Monaco's namespace `editor`.
#[derive(Clone)]
pub(super) struct MonacoModule(JsValue);

impl MonacoModule {
    /// Monaco, if it is loaded.
    pub(super) fn loaded() -> Option<Self> {
        LOADED.with_borrow(Clone::clone)
    }

    /// Loads Monaco, once; none where it can't be loaded.
    pub(super) async fn load() -> Option<Self> {
        if let Some(loaded) = Self::loaded() {
            return Some(loaded);
        }
        let root = web_sys::window()?.document()?.document_element()?;
        let promise: Promise = js::call(&root, "loadEditor", &[]).dyn_into().ok()?;
        // The browser itself reports in the console why.
        let module = JsFuture::from(promise).await.ok()?;
        // To evaluate it and to make an editor takes long enough, each by itself: keys go in between.
        page::wait(0).await;
        let editor = js::get(&module, "editor");
        let module = editor.is_object().then_some(Self(editor))?;
        if LOADED.replace(Some(module.clone())).is_none() {
            editor_theme::apply(&module);
        }
        Some(module)
    }

    pub(super) fn create(
        &self,
        host: &HtmlElement,
        options: &IStandaloneEditorConstructionOptions,
    ) -> Option<IStandaloneCodeEditor> {
        self.made("create", &[host.into(), options.into()])
    }

    pub(super) fn create_diff_editor(
        &self,
        host: &HtmlElement,
        options: &IDiffEditorConstructionOptions,
    ) -> Option<IStandaloneDiffEditor> {
        self.made("createDiffEditor", &[host.into(), options.into()])
    }

    pub(super) fn create_model(&self, text: &str, language: &str) -> Option<ITextModel> {
        self.made("createModel", &[text.into(), language.into()])
    }

    pub(super) fn set_model_markers(&self, model: &ITextModel, owner: &str, markers: &Array) {
        let arguments = [model.into(), owner.into(), markers.into()];
        js::call(&self.0, "setModelMarkers", &arguments);
    }

    pub(super) fn define_theme(&self, name: &str, theme: &IStandaloneThemeData) {
        js::call(&self.0, "defineTheme", &[name.into(), theme.into()]);
    }

    pub(super) fn set_theme(&self, name: &str) {
        js::call(&self.0, "setTheme", &[name.into()]);
    }

    /// What a function made; none where it threw.
    fn made<T: JsCast>(&self, function: &str, arguments: &[JsValue]) -> Option<T> {
        let made = js::call(&self.0, function, arguments);
        made.is_object().then(|| made.unchecked_into())
    }
}
