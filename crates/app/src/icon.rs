//! The page's icons, drawn in the colour of the text beside them.

use leptos::prelude::*;

use crate::erased_view::IntoErasedView;

/// An icon. Where it has a meaning, there is text for it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IconName {
    Check,
    Cross,
    Dot,
    Ring,
    Dash,
    Warning,
    Left,
    Down,
    Again,
    Right,
    Sun,
    Moon,
    Screen,
    Keyboard,
    Transfer,
    Download,
    Clock,
    Close,
    Bulb,
    Dots,
    Copy,
    Play,
    Pause,
    JumpBack,
    JumpOn,
    Plus,
}

impl IconName {
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Dot => "M8 5.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
            Self::Ring => "M8 3.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z",
            Self::Dash => "M4 8h8",
            Self::Play => "M5 3.5v9l7-4.5z",
            Self::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Self::JumpBack => "M12 3.5v9L6 8zM4 3.5v9",
            Self::JumpOn => "M4 3.5v9L10 8zM12 3.5v9",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Copy => "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
            Self::Dots => "M3.5 8h.1M8 8h.1M12.5 8h.1",
            Self::Warning => "M8 2.5 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.2",
            Self::Left => "M13 8H3.5M7.5 4 3.5 8l4 4",
            Self::Again => "M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3",
            Self::Down => "M4 6.2 8 10l4-3.8",
            Self::Right => "M3 8h9.5M8.5 4l4 4-4 4",
            Self::Sun => {
                "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15\
                 M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13"
            }
            Self::Moon => "M13.5 9.8A6 6 0 1 1 6.2 2.5a4.8 4.8 0 0 0 7.3 7.3z",
            Self::Screen => "M2 3h12v8H2zM6 13.5h4M8 11v2.5",
            Self::Keyboard => "M1.5 4h13v8h-13zM4 6.7h.1M6.7 6.7h.1M9.3 6.7h.1M12 6.7h.1M5 9.5h6",
            Self::Transfer => "M5 13V3M2.5 5.5 5 3l2.5 2.5M11 3v10M8.5 10.5 11 13l2.5-2.5",
            Self::Download => "M8 2v8M4.5 6.5 8 10l3.5-3.5M3 13.5h10",
            Self::Clock => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.8V8l2.2 1.6",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Bulb => {
                "M5.8 11.2C4.6 10.4 3.8 9 3.8 7.3a4.2 4.2 0 1 1 8.4 0c0 1.7-.8 3.1-2 3.9v1.3H5.8z\
                 M6.4 14.6h3.2"
            }
        }
    }

    fn is_filled(self) -> bool {
        matches!(self, Self::Dot)
    }
}

#[component]
pub(crate) fn Icon(icon: IconName) -> impl IntoView {
    view! {
        <svg
            class=if icon.is_filled() { "icon filled" } else { "icon" }
            viewBox="0 0 16 16"
            aria-hidden="true"
            focusable="false"
        >
            <path d=icon.path()></path>
        </svg>
    }
    .into_erased()
}
