//! Sessions: how soon a learner talks to a program, and what it costs everybody else.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures::StreamExt;
use protocol::{ByteString, Program, SessionCommand, SessionEvent};
use sandbox::{ClientId, Session, SessionJob};
use tokio::time::timeout;

use crate::context::BenchContext;
use crate::footprint::{IDLE_PERCENT_MAX, idle_percent};
use crate::in_process_server::InProcessServer;
use crate::metric::{Goal, Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::statistics::Series;
use crate::workload::Workload;

const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";

/// The step whose solution runs in the sessions.
const STEP: &str = "get";

/// How long any event may take.
const EVENT_MAX: Duration = Duration::from_secs(30);

/// How often each of the busy sessions asks something.
const ASKED_EVERY: Duration = Duration::from_millis(100);

/// Goals in milliseconds, as a learner feels them, and how much slower runs may become.
const FIRST_REPLY_MAX: f64 = 150.0;
const COMMAND_MAX: f64 = 15.0;
const RESTART_MAX: f64 = 120.0;
const RUNS_BESIDE_MAX: f64 = 1.3;

pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let mut settings = context.sandbox("sessions");
    let sessions = settings.sessions_max.min(settings.warm);
    if sessions == 0 {
        return Ok(());
    }
    // None is displaced by the next.
    settings.sessions_max = sessions + 1;
    settings.lanes_max += 1;
    let owner = settings.owner.clone();
    let server = InProcessServer::open(context, settings).await?;
    let step = Workload::of_step(&context.course, STEP)?;
    let program = step.assignment()?.program.program().clone();
    let (mut first, mut command, mut restart) = (Vec::new(), Vec::new(), Vec::new());
    let sample_size = context.sample_size;
    for round in 0..sample_size.warm_up + sample_size.rounds {
        say(&format!("sessions: round {}", round + 1));
        server.rest().await?;
        let asked = Instant::now();
        let mut talk = Talk::open(&server, context, &program, "alone").await?;
        let opened = asked.elapsed();
        let asked = Instant::now();
        talk.ping().await?;
        let answered = asked.elapsed();
        let asked = Instant::now();
        talk.restart(&program).await?;
        if round >= sample_size.warm_up {
            first.push(opened);
            command.push(answered);
            restart.push(asked.elapsed());
        }
    }
    for (name, times, max) in [
        (
            "session asked for, to its first reply",
            first,
            FIRST_REPLY_MAX,
        ),
        ("a command, to its reply", command, COMMAND_MAX),
        (
            "restart with new code, to its first reply",
            restart,
            RESTART_MAX,
        ),
    ] {
        let series = Series::of_times(&times).context("nothing was measured")?;
        let metric = Metric::series(name, Unit::Milliseconds, &series);
        report.push(metric.held_to(Goal::AtMost(max)));
    }
    idle(context, &server, &program, &owner, report).await?;
    beside(context, &server, &program, sessions, report).await?;
    server.close().await;
    report.note(
        "Sessions: through the pool in this process, without a browser. Beside runs, as many sessions as \
         there are warm lanes ask something ten times a second each.",
    );
    Ok(())
}

/// What a session costs while nobody types, with the lanes that wait beside it.
async fn idle(
    context: &BenchContext,
    server: &InProcessServer,
    program: &Program,
    owner: &str,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    say("sessions: an idle one");
    let talk = Talk::open(server, context, program, "idle").await?;
    // A lane may still be made in its place.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (percent, _) = idle_percent(context, owner).await?;
    drop(talk);
    let name = "an idle session and the lanes that wait, of one processor";
    report
        .push(Metric::value(name, Unit::Percent, percent).held_to(Goal::AtMost(IDLE_PERCENT_MAX)));
    Ok(())
}

/// Runs without sessions and with all of them busy, in turns.
async fn beside(
    context: &BenchContext,
    server: &InProcessServer,
    program: &Program,
    sessions: u32,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let workload = Workload::four_lines(&context.course)?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    let rounds = context.sample_size.rounds;
    for _ in 0..4 {
        say("sessions: runs without them");
        for _ in 0..rounds / 4 {
            server.rest().await?;
            without.push(server.passed(&workload).await?.last);
        }
        say("sessions: runs beside them");
        let mut talks = Vec::new();
        for number in 0..sessions {
            let name = format!("beside-{number}");
            let mut talk = Talk::open(server, context, program, &name).await?;
            talks.push(tokio::spawn(async move {
                loop {
                    tokio::time::sleep(ASKED_EVERY).await;
                    if talk.ping().await.is_err() {
                        return;
                    }
                }
            }));
        }
        for _ in 0..rounds / 4 {
            server.rest().await?;
            with.push(server.passed(&workload).await?.last);
        }
        for talk in talks {
            talk.abort();
        }
    }
    let without = Series::of_times(&without).context("nothing was measured")?;
    let with = Series::of_times(&with).context("nothing was measured")?;
    report.push(Metric::series(
        "a run without sessions",
        Unit::Milliseconds,
        &without,
    ));
    let name = format!("a run beside {sessions} busy sessions");
    report.push(Metric::series(name, Unit::Milliseconds, &with));
    let ratio = with.percentile(95) / without.percentile(95);
    report.push(
        Metric::value("p95 beside them ÷ p95 without", Unit::Ratio, ratio)
            .held_to(Goal::AtMost(RUNS_BESIDE_MAX)),
    );
    Ok(())
}

/// A session with one client.
struct Talk(Session);

impl Talk {
    /// Opens a session and has its first reply.
    async fn open(
        server: &InProcessServer,
        context: &BenchContext,
        program: &Program,
        name: &str,
    ) -> anyhow::Result<Self> {
        let job = SessionJob {
            port: context.course.port,
            program: program.clone(),
            idle_max: SessionJob::IDLE_MAX,
            length_max: SessionJob::LENGTH_MAX,
            processor_max: SessionJob::PROCESSOR_MAX,
        };
        let mut talk = Self(server.pool.open_session(job, ClientId::new(name)));
        talk.connect().await?;
        Ok(talk)
    }

    async fn restart(&mut self, program: &Program) -> anyhow::Result<()> {
        let program = program.clone();
        self.tell(SessionCommand::Restart { program }).await?;
        self.connect().await
    }

    /// From the program's start to the first reply.
    async fn connect(&mut self) -> anyhow::Result<()> {
        self.until(|event| matches!(event, SessionEvent::Started { .. }))
            .await?;
        self.tell(SessionCommand::Connect { client: 1 }).await?;
        self.until(|event| matches!(event, SessionEvent::Connected { .. }))
            .await?;
        self.ping().await
    }

    async fn ping(&mut self) -> anyhow::Result<()> {
        let bytes = ByteString::from(PING);
        self.tell(SessionCommand::Send { client: 1, bytes }).await?;
        self.until(|event| matches!(event, SessionEvent::Received { .. }))
            .await
    }

    async fn tell(&self, command: SessionCommand) -> anyhow::Result<()> {
        let told = self.0.commands.send(command).await;
        told.context("a session has ended")
    }

    async fn until(&mut self, is_it: impl Fn(&SessionEvent) -> bool) -> anyhow::Result<()> {
        loop {
            let event = timeout(EVENT_MAX, self.0.events.next()).await;
            match event.context("nothing comes in a session")? {
                Some(event) if is_it(&event) => return Ok(()),
                Some(SessionEvent::Ended { end }) => bail!("a session has ended: {end}"),
                Some(_) => {}
                None => bail!("a session has ended"),
            }
        }
    }
}
