//! How much of its processors' time the machine has used, by all that runs on it.

use std::fs;
use std::time::Duration;

/// The unit of `/proc/stat`, the same on every architecture that Docker runs on.
const TICK_MS: u64 = 10;

/// A moment to count from.
#[derive(Debug)]
pub(crate) struct MachineUse {
    busy_before: Option<Duration>,
}

impl MachineUse {
    pub(crate) fn begin() -> Self {
        Self {
            busy_before: busy(),
        }
    }

    /// The processor time that was used since then, on all processors together, and what a host of this
    /// machine took from it. None where the kernel does not say.
    pub(crate) fn busy_since(&self) -> Option<Duration> {
        // Each of the numbers is cut to whole ticks.
        Some(busy()?.saturating_sub(self.busy_before?) + Duration::from_millis(TICK_MS))
    }
}

fn busy() -> Option<Duration> {
    busy_in(&fs::read_to_string("/proc/stat").ok()?)
}

/// The first line is of all processors: user, nice, system, idle, waiting for disks, interrupts, soft
/// interrupts, stolen; guests, which come after these, are counted in the first two already.
fn busy_in(stat: &str) -> Option<Duration> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    let [
        user,
        nice,
        system,
        _,
        _,
        interrupts,
        soft_interrupts,
        stolen,
        ..,
    ] = ticks.as_slice()
    else {
        return None;
    };
    let busy = [user, nice, system, interrupts, soft_interrupts, stolen];
    let ticks = busy
        .into_iter()
        .try_fold(0_u64, |sum, ticks| sum.checked_add(*ticks))?;
    Some(Duration::from_millis(ticks.checked_mul(TICK_MS)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_busy_is_all_but_idle_and_guests() {
        let stat = "cpu  100 20 3 4000 5000 6 7 8 90 90\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
        assert_eq!(busy_in(stat), Some(Duration::from_millis(1440)));
        assert_eq!(busy_in("cpu0 1 2 3"), None);
        assert_eq!(busy_in("cpu  1 2 x 4 5 6 7 8"), None);
        assert_eq!(busy_in(""), None);
    }

    #[test]
    fn this_machine_tells_it() {
        let begin = MachineUse::begin();
        assert!(begin.busy_since().is_some());
    }
}
