//! A console as text.

use protocol::ByteString;

use super::Console;
use super::entry::ConsoleContent;

impl Console {
    /// The whole console as text, to be copied: what was sent stands there as one types it in a terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for entry in self.entries.iter() {
            match &entry.content {
                ConsoleContent::Sent {
                    client,
                    text: sent,
                    bytes,
                    is_command,
                } => {
                    let typed = if *is_command {
                        format!("redis-cli {sent}")
                    } else {
                        format!(
                            "printf '{}' | nc localhost {}",
                            for_printf(bytes),
                            self.port
                        )
                    };
                    let client = match client {
                        1 => String::new(),
                        other => format!("  # client {other}"),
                    };
                    text.push_str(&format!("$ {typed}{client}\n"));
                }
                ConsoleContent::Received(received) => {
                    text.push_str(&received.text);
                    text.push('\n');
                }
                ConsoleContent::Output { text: output, .. } => text.push_str(output),
                ConsoleContent::LeftOut { bytes, .. } => {
                    text.push_str(&format!("# {bytes} bytes are left out\n"));
                }
                ConsoleContent::Note { text: note, .. } => text.push_str(&format!("# {note}\n")),
            }
        }
        text
    }
}

/// Bytes between the single quotes of a shell's `printf`.
fn for_printf(bytes: &ByteString) -> String {
    bytes.to_string().replace('%', "%%").replace('\'', "\\x27")
}
