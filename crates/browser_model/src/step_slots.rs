//! Which steps of a long course the bar shows.

/// A slot in the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepSlot {
    /// A step, by its number from 1.
    Step(usize),
    /// Steps for which there is no room.
    Gap,
}

/// The first and the last step and those around the current one, in at most `max` slots.
pub fn step_slots(total: usize, current: usize, max: usize) -> Vec<StepSlot> {
    if total <= max {
        return (1..=total).map(StepSlot::Step).collect();
    }
    let around = max.saturating_sub(4).max(1);
    let from = current
        .saturating_sub(around / 2)
        .clamp(3, (total - 1).saturating_sub(around).max(3));
    let to = (from + around - 1).min(total - 2);
    // Near an end, the slots of that end and its gap go to steps.
    let (from, to) = if current < from {
        (2, around + 2)
    } else if current > to {
        (total - around - 1, total - 1)
    } else {
        (from, to)
    };
    let mut slots = vec![StepSlot::Step(1)];
    slots.extend(between(1, from));
    slots.extend((from..=to).map(StepSlot::Step));
    slots.extend(between(to, total));
    slots.push(StepSlot::Step(total));
    slots
}

/// What stands for the steps between two: where it is only one, itself.
fn between(before: usize, after: usize) -> Option<StepSlot> {
    match after - before - 1 {
        0 => None,
        1 => Some(StepSlot::Step(before + 1)),
        _ => Some(StepSlot::Gap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(total: usize, current: usize, max: usize) -> String {
        step_slots(total, current, max)
            .iter()
            .map(|slot| match slot {
                StepSlot::Step(number) => number.to_string(),
                StepSlot::Gap => "…".to_owned(),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn a_short_course_is_shown_whole() {
        assert_eq!(text(5, 3, 7), "1 2 3 4 5");
    }

    #[test]
    fn a_long_course_is_shown_around_the_current_step() {
        assert_eq!(text(20, 10, 7), "1 … 9 10 11 … 20");
        assert_eq!(text(20, 1, 7), "1 2 3 4 5 … 20");
        assert_eq!(text(20, 20, 7), "1 … 16 17 18 19 20");
        // A gap would take as much room as the step that it hides.
        assert_eq!(text(20, 4, 7), "1 2 3 4 5 … 20");
        assert_eq!(text(20, 17, 7), "1 … 16 17 18 19 20");
    }

    #[test]
    fn the_current_step_is_always_there() {
        for total in 1..=40 {
            for current in 1..=total {
                let slots = step_slots(total, current, 7);
                assert!(
                    slots.contains(&StepSlot::Step(current)),
                    "{current} of {total}"
                );
                assert!(slots.len() <= 7, "{current} of {total}: {slots:?}");
                let mut numbers: Vec<usize> = slots
                    .iter()
                    .filter_map(|slot| match slot {
                        StepSlot::Step(number) => Some(*number),
                        StepSlot::Gap => None,
                    })
                    .collect();
                let count = numbers.len();
                numbers.dedup();
                assert_eq!(numbers.len(), count);
                assert!(numbers.is_sorted());
            }
        }
    }
}
