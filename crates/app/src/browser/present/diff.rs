//! The comparison of two programs.

use monaco::sys::editor::{IDiffEditorConstructionOptions, IStandaloneDiffEditor, ITextModel};
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlDivElement;

use super::editor::name_announcers;
use super::js;
use super::monaco_module::MonacoModule;

/// A read-only comparison of two programs. Dropping it disposes of it.
pub(crate) struct DiffView {
    editor: IStandaloneDiffEditor,
    models: Vec<ITextModel>,
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
        let narrow = host.get_bounding_client_rect().width() < 640.0;
        let options: IDiffEditorConstructionOptions = js::object(&json!({
            "readOnly": true,
            "automaticLayout": true,
            "renderSideBySide": !narrow,
            "enableSplitViewResizing": false,
            "minimap": { "enabled": false },
            "scrollBeyondLastLine": false,
            "renderOverviewRuler": false,
            "fontSize": 13,
            "lineHeight": 21,
            "lineNumbersMinChars": 3,
            "folding": false,
            "originalEditable": false,
            "scrollbar": { "useShadows": false },
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
        Some(Self { editor, models })
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
