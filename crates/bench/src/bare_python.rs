//! A program started by the machine's own Python, with no container and no tests: what a learner
//! gets from typing `python3 main.py`.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// The port in the measured programs, which a free one replaces.
const PORT: &str = "6379";
/// The pause between two attempts to connect.
const RETRY: Duration = Duration::from_micros(200);
const LISTENS_WITHIN: Duration = Duration::from_secs(30);

/// The machine's own Python, and a folder for the program.
#[derive(Debug)]
pub(crate) struct BarePython {
    interpreter: PathBuf,
    version: String,
    folder: PathBuf,
}

impl BarePython {
    /// The runner image's minor version where the machine has it, else the interpreter behind
    /// `python3`: to time a shim that looks for an interpreter first would be unfair.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let same_minor = ["/usr/bin/python3.11", "/usr/local/bin/python3.11"];
        let mut found = same_minor.iter().find_map(|path| ask(Path::new(path)).ok());
        if found.is_none() {
            found = Some(ask(Path::new("python3"))?);
        }
        let (interpreter, version) = found.context("there is no python3 to compare with")?;
        let folder = std::env::temp_dir().join(format!("codealong-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)
            .with_context(|| format!("{} can't be made", folder.display()))?;
        Ok(Self {
            interpreter,
            version,
            folder,
        })
    }

    /// The version and the path.
    pub(crate) fn name(&self) -> String {
        format!("Python {} ({})", self.version, self.interpreter.display())
    }

    /// From the start of the interpreter to the first connection to the program. The program gets
    /// a free port, since this machine may use its own.
    pub(crate) fn first_connection(&self, program: &str) -> anyhow::Result<Duration> {
        let port = free_port()?;
        let file = self.folder.join("main.py");
        fs::write(&file, program.replace(PORT, &port.to_string()))
            .with_context(|| format!("{} can't be written", file.display()))?;
        let mut command = Command::new(&self.interpreter);
        command
            .arg("main.py")
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let begin = Instant::now();
        let mut child = command
            .spawn()
            .with_context(|| format!("{} can't be started", self.interpreter.display()))?;
        let mut connection = None;
        while connection.is_none() && begin.elapsed() < LISTENS_WITHIN {
            connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok();
            if connection.is_none() {
                if child.try_wait()?.is_some() {
                    break;
                }
                std::thread::sleep(RETRY);
            }
        }
        let took = begin.elapsed();
        // It may have ended already.
        let _ended = child.kill();
        child.wait()?;
        if connection.is_none() {
            bail!(
                "the program was never to be connected to by {}",
                self.name()
            );
        }
        Ok(took)
    }
}

impl Drop for BarePython {
    fn drop(&mut self) {
        // Whatever is left is in the folder for temporary files.
        let _left = fs::remove_dir_all(&self.folder);
    }
}

/// The interpreter's own path, and its version.
fn ask(interpreter: &Path) -> anyhow::Result<(PathBuf, String)> {
    let question = "import platform, sys; print(sys.executable); print(platform.python_version())";
    let answer = Command::new(interpreter)
        .args(["-c", question])
        .output()
        .with_context(|| format!("{} can't be started", interpreter.display()))?;
    let answer = String::from_utf8_lossy(&answer.stdout);
    let mut lines = answer.lines();
    match (lines.next(), lines.next()) {
        (Some(path), Some(version)) if !path.is_empty() => {
            Ok((PathBuf::from(path), version.to_owned()))
        }
        _ => bail!("{} does not say what it is", interpreter.display()),
    }
}

/// A port that nothing listens on.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener
        .local_addr()
        .context("a socket has no address")?
        .port())
}
