//! One job from start to end: `cargo run -p sandbox --example judge_once`. It needs a Docker engine,
//! and a Python base image, which `cargo xtask up` sets up too.
#![expect(clippy::print_stdout, reason = "this is what the example is for")]

use std::collections::BTreeMap;
use std::path::Path;

use futures::StreamExt;
use protocol::{PlannedTest, Program, Seed, StepId, TestId};
use sandbox::{ClientId, Job, JobEvent, JobStep, Pool, SandboxError, SandboxSettings};

const PROGRAM: &str = "import socket
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(('localhost', 6379))
server.listen(1)
";

const TESTS: &str = "from codealong import test

@test('listens on port 6379')
def _(server):
    server.connect()
";

#[tokio::main]
async fn main() -> Result<(), SandboxError> {
    let mut settings = SandboxSettings {
        image_folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runner-image"),
        ..SandboxSettings::default()
    };
    // A server on the same engine has another name: neither sweeps the other's containers.
    settings.owner = settings.owner_with(&format!("-example-{}", std::process::id()), 0);
    let pool = Pool::start(settings)?;
    let outcome = judge_once(&pool).await;
    println!("left behind: {:?}", pool.stop().await);
    outcome
}

async fn judge_once(pool: &Pool) -> Result<(), SandboxError> {
    pool.ready().await?;
    let mut events = pool.run(job(), ClientId::new("example"));
    while let Some(event) = events.next().await {
        match event? {
            JobEvent::Finished(report) if report.is_passed() => println!("passed"),
            JobEvent::Finished(report) => println!("failed: {:#?}", report.results),
            event => println!("{event:?}"),
        }
    }
    Ok(())
}

fn job() -> Job {
    let step = StepId::parse("listen").expect("it is a name");
    Job {
        seed: Seed::new(0x4f1c),
        port: 6379,
        limit: Job::LIMIT,
        program: Program::of_one_file(PROGRAM),
        steps: vec![JobStep {
            step: step.clone(),
            source: TESTS.to_owned(),
            tests: vec![PlannedTest {
                id: TestId::new(step, 1),
                name: "listens on port 6379".to_owned(),
            }],
        }],
        support: BTreeMap::new(),
        only: None,
        record: false,
    }
}
