//! The suite `swarm`: two machines with an engine each, `deploy/stack.yaml` on both and HAProxy in front,
//! while learners run their programs.

mod balancer;
mod learners;
mod machine;
mod network;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use self::balancer::Balancer;
use self::learners::Learners;
use self::machine::Machine;
use self::network::Network;
use super::test_count::TestCount;
use crate::command::{self, HOUR};
use crate::docker_client::docker;
use crate::image::{self, Platform};
use crate::interrupt;
use crate::screen::Screen;
use crate::server::{self, Profile};
use crate::workspace;

const TAG: &str = "codealong-swarm";
const STACK: &str = "codealong";
const SERVICE: &str = "codealong_codealong";

/// As in `deploy/haproxy.cfg`.
const NODES: [(&str, &str); 2] = [("node-1", "192.0.2.11"), ("node-2", "192.0.2.12")];
const PORT: u16 = 3000;

const LEARNERS: usize = 20;

/// The first start builds a lane, on two engines at once.
const READY_WITHIN: Duration = Duration::from_secs(300);

/// Beyond this something is stuck; how long it took is printed.
const GONE_WITHIN: Duration = Duration::from_secs(60);

/// Two seconds of a stream, in which the program is started twice.
const SLOW: &str = "import socket, time
time.sleep(1)
server = socket.create_server(('localhost', 6379))
";

/// Two machines and a balancer.
struct Swarm {
    machines: [Machine; 2],
    balancer: Option<Balancer>,
    network: Arc<Network>,
    folder: PathBuf,
}

/// Each step builds on those before, so the first that fails is the last.
pub(crate) fn test(screen: &Screen) -> Result<TestCount> {
    if !fs::exists("/proc/net/ip_vs")? {
        screen.println(
            "this kernel has no IPVS, so Swarm's routing mesh can't be tried here; stack.yaml does \
             without it",
        );
    }
    let mut swarm = Swarm::start()?;
    type Step = fn(&mut Swarm, &Screen) -> Result<()>;
    let steps: [(&str, Step); 9] = [
        ("both engines get the images by archive", Swarm::load_images),
        ("both machines are one swarm", Swarm::join),
        ("the stack starts a server on each", Swarm::deploy),
        ("a run through each node passes", Swarm::judges_on_each_node),
        ("HAProxy takes the file as it is", Swarm::balance),
        ("nobody notices an update", Swarm::update),
        ("a bad setting is taken back", Swarm::rolls_back),
        (
            "a cable is pulled: its runs alone are lost, and asked for again",
            Swarm::lose_a_node,
        ),
        ("the stack is removed and leaves nothing", Swarm::remove),
    ];
    let mut count = TestCount::default();
    for (name, step) in steps {
        let began = Instant::now();
        match step(&mut swarm, screen) {
            Ok(()) => {
                let seconds = began.elapsed().as_secs_f64();
                screen.println(format_args!("ok      {name} ({seconds:.1} s)"));
                count += TestCount::one_passed();
            }
            Err(error) => {
                let failure = format!("{name}: {error:#}\n{}", swarm.log());
                screen.println(format_args!("FAILED  {failure}"));
                count += TestCount::one_failed().with_failures(vec![failure]);
                break;
            }
        }
    }
    let _ = command::output(&mut docker(&["image", "rm", "--force", TAG]), HOUR);
    let folder = swarm.folder.clone();
    drop(swarm);
    let _ = fs::remove_dir_all(folder);
    Ok(count)
}

impl Swarm {
    fn start() -> Result<Self> {
        let folder = workspace::xtask_folder()?.join("swarm");
        fs::create_dir_all(&folder)?;
        let network = Arc::new(Network::new()?);
        let [first, second] = NODES;
        Ok(Self {
            machines: [
                Machine::start(&network, first.0, first.1)?,
                Machine::start(&network, second.0, second.1)?,
            ],
            balancer: None,
            network,
            folder,
        })
    }

    /// The way of `docs/hosting.md` for machines without a registry.
    fn load_images(&mut self, screen: &Screen) -> Result<()> {
        image::build(screen, Platform::Here, Profile::Dev, TAG)?;
        let archive = self.folder.join("images.tar");
        let _ = fs::remove_file(&archive);
        let mut save = Command::new(server::binary(Profile::Dev));
        save.args(["images", "save"])
            .arg(&archive)
            .args(["--also", TAG])
            .current_dir(workspace::root());
        command::output(&mut save, HOUR)?;
        let path = archive.display().to_string();
        for machine in &self.machines {
            machine.docker(&["load", "--quiet", "--input", &path])?;
        }
        fs::remove_file(&archive)?;
        Ok(())
    }

    fn join(&mut self, _: &Screen) -> Result<()> {
        let [first, second] = &self.machines;
        first.docker(&["swarm", "init", "--advertise-addr", first.address])?;
        let token = first.docker(&["swarm", "join-token", "--quiet", "worker"])?;
        let manager = format!("{}:2377", first.address);
        second.docker(&[
            "swarm",
            "join",
            "--advertise-addr",
            second.address,
            "--token",
            &token,
            &manager,
        ])?;
        Ok(())
    }

    fn deploy(&mut self, _: &Screen) -> Result<()> {
        let [first, second] = &self.machines;
        let groups = [first, second].map(|machine| fs::metadata(machine.socket()));
        let [one, other] = groups;
        let group = one?.gid();
        if other?.gid() != group {
            bail!("the engines' sockets belong to two groups");
        }
        let id = first.docker(&["image", "inspect", "--format", "{{.Id}}", TAG])?;
        let file = workspace::root().join("deploy/stack.yaml");
        let file = file.display().to_string();
        let mut deploy = first.docker_command(&["stack", "deploy", "--compose-file", &file, STACK]);
        deploy
            .env("IMAGE", id)
            .env("DOCKER_GID", group.to_string())
            .env("CODEALONG_TRUSTED_PROXIES", Network::balancer_address())
            // A class at once on each node, as the other one may be away.
            .env("CODEALONG_RUNNING_MAX", (LEARNERS + 4).to_string())
            .env("CODEALONG_WAIT_MAX", "120");
        command::output(&mut deploy, HOUR)?;
        self.wait_until_running()
    }

    /// Swarm takes a server for running once it is healthy.
    fn wait_until_running(&self) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let tasks = self.machines[0].docker(&[
                "service",
                "ps",
                "--filter",
                "desired-state=running",
                "--format",
                "{{.CurrentState}}",
                SERVICE,
            ])?;
            let running = tasks.lines().filter(|state| state.starts_with("Running"));
            if running.count() == self.machines.len() {
                return Ok(());
            }
            interrupt::check()?;
            if Instant::now() > deadline {
                bail!("the servers are {tasks:?}");
            }
            thread::sleep(Duration::from_millis(300));
        }
    }

    fn judges_on_each_node(&mut self, _: &Screen) -> Result<()> {
        let solution = workspace::root().join("curriculum/redis/ping/solution.py");
        for machine in &self.machines {
            let address = format!("{}:{PORT}", machine.address);
            learners::test_once(&self.network, &solution, "ping", &address)
                .with_context(|| format!("on {}", machine.name))?;
        }
        Ok(())
    }

    fn balance(&mut self, _: &Screen) -> Result<()> {
        self.balancer = Some(Balancer::start(&self.network)?);
        let solution = workspace::root().join("curriculum/redis/ping/solution.py");
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let address = Network::balancer_address();
            let tested = learners::test_once(&self.network, &solution, "ping", address);
            if tested.is_ok() || Instant::now() > deadline {
                return tested.map(drop);
            }
        }
    }

    fn learners(&self) -> Result<Learners> {
        let program = self.folder.join("main.py");
        fs::write(&program, SLOW)?;
        let address = Network::balancer_address();
        let learners = Learners::start(&self.network, LEARNERS, &program, address);
        learners.wait_for_runs(LEARNERS)?;
        Ok(learners)
    }

    /// Changes the service and waits for the end of the update; returns how it ended.
    fn change(&self, variable: &str) -> Result<String> {
        let first = &self.machines[0];
        // Where an update is rolled back, the command fails.
        let mut update = first.docker_command(&[
            "service",
            "update",
            "--quiet",
            "--env-add",
            variable,
            SERVICE,
        ]);
        command::run(&mut update, HOUR)?;
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let format = "{{.UpdateStatus.State}}";
            let state = first.docker(&["service", "inspect", "--format", format, SERVICE])?;
            let is_over = !["updating", "rollback_started"].contains(&state.as_str());
            if is_over || Instant::now() > deadline {
                return Ok(state);
            }
            interrupt::check()?;
            thread::sleep(Duration::from_millis(300));
        }
    }

    fn update(&mut self, screen: &Screen) -> Result<()> {
        let learners = self.learners()?;
        let state = self.change("CODEALONG_LOG=info,sandbox=debug")?;
        learners.wait_for_runs(LEARNERS)?;
        let outcomes = learners.finish()?;
        screen.println(format_args!(
            "{LEARNERS} learners during an update: {outcomes}"
        ));
        if state != "completed" {
            bail!("the update is {state:?}");
        }
        outcomes.require_none_lost()
    }

    fn rolls_back(&mut self, screen: &Screen) -> Result<()> {
        let learners = self.learners()?;
        let state = self.change("CODEALONG_WARM=many")?;
        self.wait_until_running()?;
        learners.wait_for_runs(LEARNERS)?;
        let outcomes = learners.finish()?;
        screen.println(format_args!(
            "{LEARNERS} learners during an update that is taken back: {outcomes}"
        ));
        if state != "rollback_completed" {
            bail!("the update is {state:?}");
        }
        outcomes.require_none_lost()
    }

    fn lose_a_node(&mut self, screen: &Screen) -> Result<()> {
        let balancer = self.balancer.as_ref().context("there is no balancer")?;
        let lost = &self.machines[1];
        let learners = self.learners()?;
        let deadline = Instant::now() + READY_WITHIN;
        let at_risk = loop {
            let runs = balancer.runs_on(lost.name)?;
            if runs > 0 {
                break runs;
            }
            interrupt::check()?;
            if Instant::now() > deadline {
                bail!("HAProxy sends {} no run", lost.name);
            }
            thread::sleep(Duration::from_millis(20));
        };
        self.network.pull_cable(lost.name)?;
        // A run may have come between the count and the cable.
        let at_risk = usize::try_from(at_risk)? + 2;
        learners.wait_for_runs(3 * LEARNERS)?;
        let outcomes = learners.finish()?;
        self.network.plug_cable(lost.name)?;
        screen.println(format_args!(
            "a cable is pulled: {outcomes}; that node had about {at_risk}"
        ));
        outcomes.require_none_failed()?;
        if outcomes.asked_again == 0 || outcomes.asked_again > at_risk {
            bail!("{} runs were asked for again", outcomes.asked_again);
        }
        // Its server may be replaced when the swarm has it back.
        let deadline = Instant::now() + READY_WITHIN;
        while let Err(error) = self.judges_on_each_node(screen) {
            interrupt::check()?;
            if Instant::now() > deadline {
                return Err(error);
            }
            thread::sleep(Duration::from_secs(1));
        }
        self.wait_until_running()
    }

    fn remove(&mut self, screen: &Screen) -> Result<()> {
        let began = Instant::now();
        self.machines[0].docker(&["stack", "rm", STACK])?;
        let mut lanes_gone = None;
        loop {
            let (mut lanes, mut all) = (Vec::new(), Vec::new());
            for machine in &self.machines {
                lanes.extend(machine.lane_containers()?);
                all.extend(machine.containers()?);
            }
            if lanes.is_empty() {
                lanes_gone.get_or_insert_with(|| began.elapsed());
            }
            if all.is_empty() {
                break;
            }
            interrupt::check()?;
            if began.elapsed() > GONE_WITHIN {
                bail!("left behind: {}", all.join(", "));
            }
            thread::sleep(Duration::from_millis(50));
        }
        screen.println(format_args!(
            "after `stack rm`: the last lane is gone after {:.1} s, the last server after {:.1} s",
            lanes_gone.unwrap_or_default().as_secs_f64(),
            began.elapsed().as_secs_f64()
        ));
        Ok(())
    }

    /// The end of what the servers have logged, for the report of a failure.
    fn log(&self) -> String {
        let mut tasks = self.machines[0].docker_command(&["service", "ps", "--no-trunc", SERVICE]);
        let mut text =
            command::run(&mut tasks, HOUR).map_or_else(|_| String::new(), |it| it.stdout);
        for machine in &self.machines {
            let filter = format!("label=com.docker.swarm.service.name={SERVICE}");
            let ids = machine.docker(&["ps", "--all", "--quiet", "--latest", "--filter", &filter]);
            let Some(id) = ids.ok().filter(|id| !id.is_empty()) else {
                continue;
            };
            let mut logs = machine.docker_command(&["logs", "--tail", "5", &id]);
            if let Ok(log) = command::run(&mut logs, HOUR) {
                text += &format!("{}: {}{}", machine.name, log.stdout, log.stderr);
            }
        }
        text
    }
}
