//! A WebSocket to the server that the page came from.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, WebSocket};

/// A WebSocket, closed when this is dropped.
pub(crate) struct Socket {
    socket: WebSocket,
    /// Dropped before the socket is closed: its end is no news then.
    listeners: Vec<EventListener>,
}

impl Socket {
    /// Opens one at this path, with `first` as its first message; calls `on_message` with each text, and
    /// `on_end` where it ends or can't be opened.
    pub(crate) fn open(
        path: &str,
        first: String,
        on_message: impl Fn(String) + 'static,
        on_end: impl Fn() + 'static,
    ) -> Option<Self> {
        let location = web_sys::window()?.location();
        let scheme = match location.protocol().ok()?.as_str() {
            "https:" => "wss",
            _ => "ws",
        };
        let host = location.host().ok()?;
        let socket = WebSocket::new(&format!("{scheme}://{host}{path}")).ok()?;
        let opened = socket.clone();
        let listeners = vec![
            EventListener::once(&socket, "open", move |_| {
                // It is open, so nothing can fail.
                let _ = opened.send_with_str(&first);
            }),
            EventListener::new(&socket, "message", move |event| {
                let event = event.dyn_ref::<MessageEvent>();
                if let Some(text) = event.and_then(|event| event.data().as_string()) {
                    on_message(text);
                }
            }),
            EventListener::once(&socket, "close", move |_| on_end()),
        ];
        Some(Self { socket, listeners })
    }

    /// Sends a text; one that is closed sends nothing.
    pub(crate) fn send(&self, text: &str) {
        let _ = self.socket.send_with_str(text);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.listeners.clear();
        let _ = self.socket.close();
    }
}
