//! A network on this machine that nothing else sees: a switch, and machines on cables, each in a
//! network namespace of its own.

use std::process::Command;

use anyhow::Result;

use crate::command::{self, HOUR};

/// Addresses for documentation, which no real machine has; `deploy/haproxy.cfg` names the same.
const SWITCH_ADDRESS: &str = "192.0.2.10";
const BRIDGE: &str = "switch";

/// The switch, at which the balancer and the learners sit.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) switch: Namespace,
}

/// A network namespace. Dropping it removes it, and the ends of cables in it.
#[derive(Debug)]
pub(crate) struct Namespace {
    name: String,
}

impl Network {
    pub(crate) fn new() -> Result<Self> {
        let switch = Namespace::new("switch")?;
        switch.ip(&["link", "add", BRIDGE, "type", "bridge"])?;
        switch.ip(&["link", "set", BRIDGE, "up"])?;
        let address = format!("{SWITCH_ADDRESS}/24");
        switch.ip(&["address", "add", &address, "dev", BRIDGE])?;
        Ok(Self { switch })
    }

    /// Where the balancer listens.
    pub(crate) fn balancer_address() -> &'static str {
        SWITCH_ADDRESS
    }

    /// A machine's namespace at the end of a cable of the same name.
    pub(crate) fn connect(&self, name: &str, address: &str) -> Result<Namespace> {
        let machine = Namespace::new(name)?;
        let end = &machine.name;
        self.switch.ip(&[
            "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", end,
        ])?;
        self.switch
            .ip(&["link", "set", name, "master", BRIDGE, "up"])?;
        machine.ip(&["link", "set", "eth0", "up"])?;
        let address = format!("{address}/24");
        machine.ip(&["address", "add", &address, "dev", "eth0"])?;
        machine.ip(&["route", "add", "default", "via", SWITCH_ADDRESS])?;
        Ok(machine)
    }

    pub(crate) fn pull_cable(&self, name: &str) -> Result<()> {
        self.switch.ip(&["link", "set", name, "down"])
    }

    pub(crate) fn plug_cable(&self, name: &str) -> Result<()> {
        self.switch.ip(&["link", "set", name, "up"])
    }
}

impl Namespace {
    /// Its name has this process's number, so that two tests do not meet.
    fn new(name: &str) -> Result<Self> {
        let name = format!("codealong-{}-{name}", std::process::id());
        let mut add = Command::new("ip");
        add.args(["netns", "add", &name]);
        command::output(&mut add, HOUR)?;
        let namespace = Self { name };
        namespace.ip(&["link", "set", "lo", "up"])?;
        Ok(namespace)
    }

    /// A program that has this network. (`ip netns exec` would also hide the control groups from it.)
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net=/run/netns/{}", self.name))
            .arg(program);
        command
    }

    fn ip(&self, arguments: &[&str]) -> Result<()> {
        let mut ip = Command::new("ip");
        ip.args(["-netns", &self.name]).args(arguments);
        command::output(&mut ip, HOUR)?;
        Ok(())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let mut delete = Command::new("ip");
        delete.args(["netns", "delete", &self.name]);
        let _ = command::run(&mut delete, HOUR);
    }
}
