//! HAProxy at the switch, with `deploy/haproxy.cfg` as it is.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use anyhow::{Context, Result};

use super::network::Network;
use crate::workspace;

/// The balancer. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Balancer {
    child: Child,
    socket: PathBuf,
}

impl Balancer {
    pub(crate) fn start(network: &Network) -> Result<Self> {
        let folder = workspace::xtask_folder()?.join("swarm");
        let socket = folder.join("haproxy.sock");
        let statistics = folder.join("statistics.cfg");
        fs::write(
            &statistics,
            format!("global\n    stats socket {}\n", socket.display()),
        )?;
        let child = network
            .switch
            .command("haproxy")
            .args(["-db", "-f"])
            .arg(workspace::root().join("deploy/haproxy.cfg"))
            .arg("-f")
            .arg(&statistics)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("nsenter could not be started")?;
        Ok(Self { child, socket })
    }

    /// How many runs a machine has at the moment.
    pub(crate) fn runs_on(&self, machine: &str) -> Result<u32> {
        let mut stream = UnixStream::connect(&self.socket).context("HAProxy does not answer")?;
        stream.write_all(b"show stat\n")?;
        let mut table = String::new();
        stream.read_to_string(&mut table)?;
        runs_in(&table, machine).with_context(|| format!("HAProxy knows no {machine}"))
    }
}

/// In HAProxy's table: backend, server, and as the fifth column the sessions at the moment.
fn runs_in(table: &str, machine: &str) -> Option<u32> {
    table.lines().find_map(|line| {
        let columns: Vec<&str> = line.split(',').collect();
        let is_it = columns.first() == Some(&"runs") && columns.get(1) == Some(&machine);
        is_it.then(|| columns.get(4)?.parse().ok())?
    })
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_read_from_haproxys_table() {
        let table = "# pxname,svname,qcur,qmax,scur,smax\n\
            pages,node-1,0,0,7,9\nruns,node-1,0,0,3,9\nruns,BACKEND,0,0,4,9\n";
        assert_eq!(runs_in(table, "node-1"), Some(3));
        assert_eq!(runs_in(table, "node-2"), None);
    }
}
