//! How many runs and lanes a machine is good for.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

/// What each lane may take at the worst: two containers of 128 MiB.
const LANE_BYTES: u64 = 256 << 20;

/// Of lanes that are being removed, so many need not be waited for.
const REMOVED_MEANWHILE: u32 = 1;

/// One that runs, one that waits, one that is made, and one that is removed.
const LANES_MIN: u32 = 4;

/// Beyond this, the engine is what lanes wait for.
const PROCESSORS_MAX: u32 = 64;

/// A machine as far as it decides on sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    pub processors: u32,
    pub memory_bytes: u64,
}

/// The sizes of a pool, by the names of their settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    pub running_max: u32,
    pub warm: u32,
    pub creating_max: u32,
    pub queue_max: u32,
    pub sessions_max: u32,
}

impl Machine {
    /// This machine: the processors that this process may use, and all of its memory.
    pub fn this() -> Self {
        let processors = available_parallelism().map_or(2, NonZeroUsize::get);
        let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        Self {
            processors: u32::try_from(processors).unwrap_or(u32::MAX),
            memory_bytes: total_memory(&memory).unwrap_or(4 << 30),
        }
    }
}

impl Sizes {
    /// The sizes for a machine that does little else.
    ///
    /// A run uses half a processor for its program and less for its judge, so three runs are enough
    /// for two processors. As making a lane takes a processor for a quarter of a second, twice as many
    /// lanes wait as there are processors. A queue holds what the machine judges in about ten seconds.
    /// All lanes may take three quarters of the memory, each at its limit; four there are in any case.
    /// Where there is room for more, sessions have them, half of all lanes at most: one that idles takes
    /// no processor.
    pub fn of(machine: Machine) -> Self {
        let processors = machine.processors.clamp(1, PROCESSORS_MAX);
        let fitting = u32::try_from(machine.memory_bytes / 4 * 3 / LANE_BYTES).unwrap_or(u32::MAX);
        let fitting = fitting.max(LANES_MIN);
        let creating_max = processors.div_ceil(4).min(fitting / LANES_MIN);
        let for_runs = fitting - creating_max - REMOVED_MEANWHILE;
        let running_max = (processors * 3).div_ceil(2).min(for_runs.div_ceil(2));
        let warm = (processors * 2).min(for_runs - running_max);
        let left = for_runs - running_max - warm;
        Self {
            running_max,
            warm,
            creating_max,
            queue_max: 32 * processors,
            sessions_max: left.min(running_max + warm),
        }
    }

    /// The lanes in all that these sizes need.
    pub fn lanes_max(&self) -> u32 {
        [
            self.warm,
            self.creating_max,
            self.sessions_max,
            REMOVED_MEANWHILE,
        ]
        .into_iter()
        .fold(self.running_max, u32::saturating_add)
        .max(2)
    }
}

/// In bytes, from the text of `/proc/meminfo`.
fn total_memory(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use sandbox::SandboxSettings;

    use super::*;

    fn sizes(processors: u32, gib: u64) -> Sizes {
        Sizes::of(Machine {
            processors,
            memory_bytes: gib << 30,
        })
    }

    #[test]
    fn two_processors_run_three_and_keep_four_warm() {
        let expected = Sizes {
            running_max: 3,
            warm: 4,
            creating_max: 1,
            queue_max: 64,
            sessions_max: 7,
        };
        let found = sizes(2, 8);
        assert_eq!(found, expected);
        assert_eq!(found.lanes_max(), 16);
    }

    #[test]
    fn a_class_that_presses_at_once_finds_room() {
        for (processors, learners) in [(2, 60), (4, 100), (8, 250)] {
            let sizes = sizes(processors, 16);
            assert!(sizes.running_max + sizes.queue_max >= learners, "{sizes:?}");
        }
    }

    #[test]
    fn the_lanes_fit_into_the_memory_and_the_sandbox_takes_the_sizes() {
        for processors in [0, 1, 2, 3, 4, 8, 64, 65, 96, 1000] {
            for gib in [0, 1, 2, 4, 8, 16, 256] {
                let sizes = sizes(processors, gib);
                let lanes_max = sizes.lanes_max();
                let fits = u64::from(lanes_max) * LANE_BYTES <= (gib << 30) / 4 * 3;
                assert!(
                    fits || lanes_max == LANES_MIN,
                    "{processors} {gib}: {sizes:?}"
                );
                assert!(sizes.warm >= 1, "{processors} {gib}: {sizes:?}");
                let settings = SandboxSettings {
                    running_max: sizes.running_max,
                    warm: sizes.warm,
                    lanes_max,
                    creating_max: sizes.creating_max,
                    queue_max: sizes.queue_max,
                    sessions_max: sizes.sessions_max,
                    ..SandboxSettings::default()
                };
                assert_eq!(settings.check(), [], "{processors} {gib}");
            }
        }
    }

    #[test]
    fn the_memory_is_read_in_bytes() {
        let text = "MemTotal:        2048 kB\nMemFree: 1 kB\n";
        assert_eq!(total_memory(text), Some(2048 * 1024));
        assert_eq!(total_memory(""), None);
        assert!(Machine::this().memory_bytes > 1 << 20);
    }
}
