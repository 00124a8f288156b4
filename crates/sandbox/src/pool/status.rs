//! What the pool says of itself.

/// What the sandbox is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolState {
    /// It looks for the engine, builds its images and tests itself; runs wait.
    Starting,
    /// It serves.
    Serving,
    /// The engine is away; runs are refused until it is back.
    Away {
        /// Why, for the log.
        reason: String,
    },
    /// A guarantee is missing, or there is no image; every run is refused.
    Refusing {
        /// What is missing, for the log.
        reason: String,
    },
    /// It ends: runs in flight go on, new ones are refused.
    Stopping,
}

/// The sandbox at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolStatus {
    /// What it is doing.
    pub state: PoolState,
    /// Whether it has served since its start.
    pub has_served: bool,
    /// Lanes that wait for a run.
    pub ready: u32,
    /// Lanes that are being made.
    pub creating: u32,
    /// Runs in flight.
    pub running: u32,
    /// Runs that wait for a slot.
    pub queued: u32,
    /// Sessions.
    pub sessions: u32,
    /// All lanes, those being made and those after their run included.
    pub lanes: u32,
}

/// What a stopped sandbox leaves on the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopOutcome {
    /// No container of its own.
    Nothing,
    /// Perhaps some: they end by themselves, or the next start removes them.
    PerhapsSome {
        /// Why it is not certain, for the log.
        reason: String,
    },
}
