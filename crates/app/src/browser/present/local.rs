//! A slot for values that can't leave the browser's thread.

use leptos::prelude::*;

/// Holds one value or none, and drops it with the component that made the slot.
pub(crate) struct Local<T: 'static>(StoredValue<Option<T>, LocalStorage>);

impl<T> Clone for Local<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Local<T> {}

impl<T> Local<T> {
    pub(crate) fn empty() -> Self {
        Self(StoredValue::new_local(None))
    }

    /// Replaces the value.
    pub(crate) fn set(self, value: Option<T>) {
        // Once the component is gone there is no slot, and the value is dropped.
        self.0.try_set_value(value);
    }

    /// Takes the value out.
    pub(crate) fn take(self) -> Option<T> {
        self.0.try_update_value(Option::take).flatten()
    }

    pub(crate) fn get(self) -> Option<T>
    where
        T: Clone,
    {
        self.0.try_get_value().flatten()
    }

    pub(crate) fn is_some(self) -> bool {
        self.0.try_with_value(Option::is_some).unwrap_or(false)
    }

    /// Calls with the value, if there is one.
    pub(crate) fn with(self, call: impl FnOnce(&T)) {
        self.0.try_with_value(|value| value.as_ref().map(call));
    }
}
