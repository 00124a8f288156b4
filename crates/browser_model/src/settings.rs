//! A learner's settings: theme, widths, views.

use serde::{Deserialize, Serialize};

use protocol::Slug;

/// A learner's settings, as a browser stores them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LearnerSettings {
    /// The version of the format; this program writes [`LearnerSettings::VERSION`].
    pub version: u32,
    /// Light, dark or the system's choice.
    pub theme: Theme,
    /// The widths of the panels.
    pub panels: Panels,
    /// How bytes are written.
    pub byte_view: ByteView,
    /// Whether the course's cheat sheet is open.
    pub is_sheet_open: bool,
    /// The random name that the browser gave itself: it tells apart the clients at one address, so
    /// that a new run replaces no other browser's.
    pub client: Option<String>,
}

/// The page's colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// The system's choice.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// How bytes are written on the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ByteView {
    /// As text, with pictures of what is not printable.
    Text,
    /// As Python writes them between the quotes of `b"..."`.
    #[default]
    Escaped,
    /// As pairs of hexadecimal digits.
    Hex,
}

/// One of the two dividers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Divider {
    /// Between the guide and the editor: it sets the guide's width.
    Guide,
    /// Between the editor and the results: it sets the results' width.
    Results,
}

/// The widths of the outer panels, in thousandths of the page; the editor has the rest.
///
/// Whatever is stored or dragged, each panel keeps [`Panels::MIN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RawPanels")]
pub struct Panels {
    guide: u16,
    results: u16,
}

#[derive(Deserialize)]
struct RawPanels {
    guide: u16,
    results: u16,
}

impl From<RawPanels> for Panels {
    fn from(raw: RawPanels) -> Self {
        Self::default()
            .moved(Divider::Guide, raw.guide.into())
            .moved(Divider::Results, raw.results.into())
    }
}

impl Default for LearnerSettings {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            theme: Theme::default(),
            panels: Panels::default(),
            byte_view: ByteView::default(),
            is_sheet_open: false,
            client: None,
        }
    }
}

impl LearnerSettings {
    /// The version that this program writes.
    pub const VERSION: u32 = 1;

    /// Whether the browser has a name that the server takes.
    pub fn has_name(&self) -> bool {
        (self.client.as_deref()).is_some_and(|name| Slug::parse(name).is_ok())
    }
}

impl Theme {
    /// All themes in the order of the menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The theme's name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The value of `data-theme` on the page; none leaves the choice to the system.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    /// The theme after one more press.
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

impl ByteView {
    /// All views in the order of the buttons.
    pub const ALL: [Self; 3] = [Self::Text, Self::Escaped, Self::Hex];

    /// The view's name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Escaped => "Escaped",
            Self::Hex => "Hex",
        }
    }
}

impl Default for Panels {
    fn default() -> Self {
        Self {
            guide: 300,
            results: 320,
        }
    }
}

impl Panels {
    /// The smallest width of a panel, in thousandths of the page.
    pub const MIN: u16 = 180;

    /// The width that a divider sets, in thousandths of the page.
    pub fn width(self, divider: Divider) -> u16 {
        match divider {
            Divider::Guide => self.guide,
            Divider::Results => self.results,
        }
    }

    /// The largest width that a divider can set while the other stays, in thousandths of the page.
    pub fn max(self, divider: Divider) -> u16 {
        let other = match divider {
            Divider::Guide => self.results,
            Divider::Results => self.guide,
        };
        1000 - Self::MIN - other
    }

    /// The panels with one divider moved as far as there is room.
    pub fn moved(self, divider: Divider, width: i32) -> Self {
        let min = i32::from(Self::MIN);
        let max = i32::from(self.max(divider));
        let width = u16::try_from(width.clamp(min, max)).unwrap_or(Self::MIN);
        match divider {
            Divider::Guide => Self {
                guide: width,
                ..self
            },
            Divider::Results => Self {
                results: width,
                ..self
            },
        }
    }

    /// The panels with one divider back at its default.
    pub fn reset(self, divider: Divider) -> Self {
        self.moved(divider, Self::default().width(divider).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_widths_always_leave_room_for_each_panel() {
        for (guide, results) in [(0, 0), (900, 900), (65_535, 1), (180, 640)] {
            let text = format!(r#"{{"guide":{guide},"results":{results}}}"#);
            let panels: Panels = serde_json::from_str(&text).unwrap();
            let (guide, results) = (panels.guide, panels.results);
            assert!(guide >= Panels::MIN && results >= Panels::MIN);
            assert!(1000 - guide - results >= Panels::MIN, "{text}");
        }
    }

    #[test]
    fn a_divider_stops_where_the_editor_is_as_narrow_as_it_may_be() {
        let panels = Panels::default().moved(Divider::Guide, 990);
        assert_eq!(panels.width(Divider::Guide), 500);
        assert_eq!(panels.reset(Divider::Guide), Panels::default());
    }

    #[test]
    fn settings_of_an_older_page_are_read() {
        let settings: LearnerSettings =
            serde_json::from_str(r#"{"version":1,"theme":"dark"}"#).unwrap();
        assert_eq!(settings.theme, Theme::Dark);
        assert_eq!(settings.panels, Panels::default());
    }
}
