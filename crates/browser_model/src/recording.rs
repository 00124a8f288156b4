//! A recording of a test, moment by moment: where the program is, and the values there.

mod jump;
mod line_values;
mod note;

use std::collections::BTreeMap;

use protocol::{RecordedCall, RecordedChange, RecordedFact, RecordedStep, Recording};

pub use jump::{count_of_happened, jumps, opening_step, step_of};
pub use line_values::line_values;
pub use note::recording_notes;

/// One step of a recording, with all that is known there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The line, from 1: about to run, or what `fact` is about.
    pub line: u32,
    /// Milliseconds since the test began, with one decimal.
    pub at: String,
    /// What the line has done, where it is not about to run.
    pub fact: Option<MomentFact>,
    /// The calls under way in this thread or task, the innermost first; the last is mostly the module.
    pub calls: Vec<MomentCall>,
    /// The threads and tasks that have run until now, where there are several.
    pub threads: Vec<MomentThread>,
}

/// A call under way, with its variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MomentCall {
    /// The function; none for the main module.
    pub function: Option<String>,
    /// The line that it is at.
    pub line: u32,
    /// Its variables, in the order in which they got their first values.
    pub variables: Vec<Variable>,
}

/// A variable and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value as Python writes it, cut where it is long.
    pub value: String,
    /// Whether the line before this moment gave it this value.
    pub is_new: bool,
    /// The step whose line gave it this value, if that was recorded.
    pub set_at: Option<usize>,
}

/// A thread or a task, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MomentThread {
    /// Its name, as Python has it.
    pub name: String,
    /// The line that it ran last.
    pub line: u32,
    /// Whether the moment is its own.
    pub is_here: bool,
}

/// What a line has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MomentFact {
    /// Its function returns this value.
    Returned(String),
    /// It raised this exception.
    Raised(String),
    /// It printed this.
    Printed(String),
    /// It was the last of the main module, which has come to its end.
    Ended,
}

/// How deep calls are recorded.
const RECORDED_DEPTH: usize = 100;

/// More are a fabrication, as of calls that lead to themselves.
const CALLS_MAX: usize = RECORDED_DEPTH + 1;

/// The step number `at`, from 0; none where there is no such step.
pub fn moment(recording: &Recording, at: usize) -> Option<Moment> {
    let here = recording.steps.get(at)?;
    let state = State::until(recording, at);
    let call_of = |number: u32| recording.calls.get(index(number));
    let mut calls = Vec::new();
    let mut next = Some(here.call);
    while let Some(number) = next
        && let Some(call) = call_of(number)
        && calls.len() < CALLS_MAX
    {
        calls.push(state.call(recording, number, call, at));
        next = call.caller;
    }
    if let Some(module) = module_call(recording)
        && calls.iter().all(|call| call.function.is_some())
        && let Some(call) = call_of(module)
    {
        // A thread was started by it, and uses its variables.
        calls.push(state.call(recording, module, call, at));
    }
    Some(Moment {
        line: here.line,
        at: milliseconds(here.at_us),
        fact: here.fact.map(|fact| fact_of(recording, here.call, fact)),
        calls,
        threads: state.threads(recording, here),
    })
}

/// Whether calls were too deep for all of them to be recorded.
fn has_deep_calls(recording: &Recording) -> bool {
    let mut depths: Vec<usize> = Vec::new();
    for call in &recording.calls {
        // A caller comes first.
        let of_caller = call.caller.and_then(|caller| depths.get(index(caller)));
        depths.push(of_caller.map_or(1, |depth| depth + 1));
    }
    depths.iter().any(|depth| *depth >= RECORDED_DEPTH)
}

fn fact_of(recording: &Recording, call: u32, fact: RecordedFact) -> MomentFact {
    let text = text_of(recording, fact.text());
    match fact {
        RecordedFact::Returned(_) if module_call(recording) == Some(call) => MomentFact::Ended,
        RecordedFact::Returned(_) => MomentFact::Returned(text),
        RecordedFact::Raised(_) => MomentFact::Raised(text),
        RecordedFact::Printed(_) => MomentFact::Printed(text),
    }
}

/// What was recorded until a step, that step included.
#[derive(Debug, Default)]
struct State {
    /// The variables of each call.
    variables: BTreeMap<u32, Vec<KnownVariable>>,
    /// The last step of each call, and of each thread, by its name's number.
    of_calls: BTreeMap<u32, usize>,
    of_threads: BTreeMap<u32, usize>,
    /// The threads in the order in which they came.
    threads: Vec<u32>,
}

/// A variable; its name and value are numbers of texts.
#[derive(Debug)]
struct KnownVariable {
    name: u32,
    value: u32,
    /// The step at which it had this value for the first time, and the one whose line gave it.
    seen_at: usize,
    set_at: Option<usize>,
}

impl State {
    fn until(recording: &Recording, at: usize) -> Self {
        let mut state = Self::default();
        for (number, step) in recording.steps.iter().enumerate().take(at + 1) {
            state.take(recording, number, step);
        }
        state
    }

    fn take(&mut self, recording: &Recording, number: usize, step: &RecordedStep) {
        let here = recording.calls.get(index(step.call));
        let thread = here.map_or(0, |call| call.thread);
        for change in &step.changes {
            // Another call's variables, such as the module's, are changed by whatever ran before.
            let set_at = if change.call == step.call {
                // An argument is what the line that calls has passed.
                let caller = here.and_then(|call| call.caller);
                let passed = || self.of_calls.get(&caller?);
                self.of_calls.get(&step.call).or_else(passed)
            } else {
                self.of_threads.get(&thread)
            };
            let set_at = set_at.copied().filter(|_| number > 0);
            let set_at = match change.value {
                Some(value) if is_object(recording, value) => self.set_elsewhere(change).or(set_at),
                _ => set_at,
            };
            let variables = self.variables.entry(change.call).or_default();
            let known = variables.iter().position(|known| known.name == change.name);
            let now = change.value.map(|value| KnownVariable {
                name: change.name,
                value,
                seen_at: number,
                set_at,
            });
            match (known, now) {
                (Some(known), Some(now)) => variables[known] = now,
                (None, Some(now)) => variables.push(now),
                (Some(known), None) => {
                    variables.remove(known);
                }
                (None, None) => {}
            }
        }
        self.of_calls.insert(step.call, number);
        if self.of_threads.insert(thread, number).is_none() {
            self.threads.push(thread);
        }
    }

    /// Where another variable, of the same object, got the value that this one is seen to have now.
    fn set_elsewhere(&self, change: &RecordedChange) -> Option<usize> {
        let all = || self.variables.iter();
        let own = all()
            .filter(|(call, _)| **call == change.call)
            .flat_map(|(_, variables)| variables)
            .find(|known| known.name == change.name);
        let others = all().flat_map(|(_, variables)| variables).filter(|known| {
            let is_newer = own.is_some_and(|own| known.seen_at > own.seen_at);
            is_newer && Some(known.value) == change.value
        });
        others.min_by_key(|known| known.seen_at)?.set_at
    }

    fn call(
        &self,
        recording: &Recording,
        number: u32,
        call: &RecordedCall,
        at: usize,
    ) -> MomentCall {
        let variables = self.variables.get(&number).map_or(&[][..], Vec::as_slice);
        let last = self.of_calls.get(&number);
        let function = text_of(recording, call.function);
        MomentCall {
            function: (!function.is_empty()).then_some(function),
            line: last.map_or(0, |last| recording.steps[*last].line),
            variables: variables
                .iter()
                .map(|known| Variable {
                    name: text_of(recording, known.name),
                    value: text_of(recording, known.value),
                    is_new: known.seen_at == at && at > 0,
                    set_at: known.set_at,
                })
                .collect(),
        }
    }

    /// The threads that are in a call of the program's, that of the moment included.
    fn threads(&self, recording: &Recording, here: &RecordedStep) -> Vec<MomentThread> {
        let call = recording.calls.get(index(here.call));
        let is_here = |thread: u32| call.is_some_and(|call| call.thread == thread);
        let of = |thread: &u32| MomentThread {
            name: text_of(recording, *thread),
            line: recording.steps[self.of_threads[thread]].line,
            is_here: is_here(*thread),
        };
        let alive: Vec<MomentThread> = (self.threads.iter())
            .filter(|thread| is_here(**thread) || self.is_alive(recording, **thread))
            .map(of)
            .collect();
        if alive.iter().all(|thread| thread.is_here) {
            return Vec::new();
        }
        alive
    }

    /// Whether a call of this thread's that no other led to has not come to its end.
    fn is_alive(&self, recording: &Recording, thread: u32) -> bool {
        self.of_calls.iter().any(|(call, last)| {
            let is_outermost = (recording.calls.get(index(*call)))
                .is_some_and(|call| call.thread == thread && call.caller.is_none());
            let fact = recording.steps[*last].fact;
            let is_over = matches!(
                fact,
                Some(RecordedFact::Returned(_) | RecordedFact::Raised(_))
            );
            is_outermost && !is_over
        })
    }
}

/// The call that is the main module's own run.
fn module_call(recording: &Recording) -> Option<u32> {
    let is_module = |call: &RecordedCall| {
        (recording.texts.get(index(call.function))).is_some_and(String::is_empty)
    };
    let found = recording.calls.iter().position(is_module)?;
    u32::try_from(found).ok()
}

/// Whether a value is a container or an object, which may change without a new value for the variable.
fn is_object(recording: &Recording, value: u32) -> bool {
    let text = recording.texts.get(index(value)).map_or("", String::as_str);
    let name_end = text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    match text.as_bytes().get(name_end.unwrap_or(text.len())) {
        Some(b'[' | b'{') => name_end == Some(0),
        Some(b'(') => true,
        _ => false,
    }
}

fn text_of(recording: &Recording, number: u32) -> String {
    recording
        .texts
        .get(index(number))
        .cloned()
        .unwrap_or_default()
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn milliseconds(at_us: i64) -> String {
    let tenths = (at_us + 50).div_euclid(100);
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests;
