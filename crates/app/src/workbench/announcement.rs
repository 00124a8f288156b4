//! What a screen reader says of a run.

use browser_model::{InlineSpan, RunPhase, inline_spans};

use super::run_values::{RunValues, confirmation};
use super::shown_run::ShownRun;

/// A run's phase. The run's number makes a repeated verdict a new text, so that it is read out again.
pub(super) fn announcement(shown: &ShownRun, values: RunValues) -> String {
    let phase = shown.phase();
    let mut sentence = phase.sentence();
    // Announced already when the run began.
    let was_said = matches!(phase, RunPhase::Queued { .. });
    if let RunValues::FreshAfter(seed) = values
        && !was_said
        && let Some(more) = confirmation(&phase, seed)
    {
        sentence = format!("{sentence} {more}").trim_start().to_owned();
    }
    let sentence: String = inline_spans(&sentence)
        .iter()
        .map(InlineSpan::text)
        .collect();
    let headline = phase.headline();
    let headline = headline.trim_end_matches('…');
    format!("Run {}: {headline}. {sentence}", shown.number)
}
