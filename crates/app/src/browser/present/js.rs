//! Access to JavaScript objects for what the bindings lack.

use js_sys::{Array, Function, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A JSON value as a JavaScript object.
pub(super) fn object<T: JsCast>(json: &serde_json::Value) -> T {
    JSON::parse(&json.to_string())
        .unwrap_or(JsValue::NULL)
        .unchecked_into()
}

/// Calls a method that the bindings lack; undefined where there is none or it throws.
pub(super) fn call(target: &JsValue, method: &str, arguments: &[JsValue]) -> JsValue {
    let Ok(function) = Reflect::get(target, &method.into()) else {
        return JsValue::UNDEFINED;
    };
    let Some(function) = function.dyn_ref::<Function>() else {
        return JsValue::UNDEFINED;
    };
    let arguments: Array = arguments.iter().collect();
    function
        .apply(target, &arguments)
        .unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn set(target: &JsValue, key: &str, value: &JsValue) {
    // No object that this is used on refuses a property.
    let _ = Reflect::set(target, &key.into(), value);
}

/// A property, or undefined.
pub(super) fn get(target: &JsValue, key: &str) -> JsValue {
    Reflect::get(target, &key.into()).unwrap_or(JsValue::UNDEFINED)
}
