//! A process under the ids of a subject. It does one line after the other and answers each with 0 or an `errno`.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};
use rustix::fs::{
    Access, AtFlags, CWD, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, XattrFlags, utimensat,
};
use rustix::io::Errno;

use crate::people::Ids;

/// The variable that makes this binary a worker: user, then groups, separated by blanks.
const VARIABLE: &str = "BAILIWICK_KERNEL_WORKER";

/// What the kernel said.
pub(crate) type Outcome = Result<(), Errno>;

/// The parent's end of a worker.
pub(crate) struct Worker {
    ids: Ids,
    process: Child,
    socket: BufReader<UnixStream>,
}

impl Worker {
    /// Starts a process under `ids` in `folder`.
    pub(crate) fn start(ids: &Ids, folder: &Path) -> Self {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut numbers = vec![ids.user];
        numbers.extend(&ids.groups);
        let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        let process = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "a_worker_is_the_user_it_was_told_to_be",
                "--nocapture",
            ])
            .env(VARIABLE, numbers.join(" "))
            .current_dir(folder)
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            ids: ids.clone(),
            process,
            socket: BufReader::new(ours),
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Has one line done.
    pub(crate) fn ask(&mut self, line: &str) -> Outcome {
        self.ask_all(&[line])[0]
    }

    /// Has lines done, one after the other. Not more than a socket holds.
    pub(crate) fn ask_all(&mut self, lines: &[impl AsRef<str>]) -> Vec<Outcome> {
        let mut text = String::new();
        for line in lines {
            text.push_str(line.as_ref());
            text.push('\n');
        }
        self.socket.get_mut().write_all(text.as_bytes()).unwrap();
        let answer = |_| {
            let mut answer = String::new();
            self.socket.read_line(&mut answer).unwrap();
            match answer.trim().parse() {
                Ok(0) => Ok(()),
                Ok(code) => Err(Errno::from_raw_os_error(code)),
                Err(_) => panic!(
                    "the worker {:?} has ended; what it says stands above",
                    self.ids
                ),
            }
        };
        lines.iter().map(answer).collect()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The worker ends with its socket.
        let _ = self.socket.get_mut().shutdown(std::net::Shutdown::Both);
        let _ = self.process.wait();
    }
}

/// Becomes a worker if the environment says so, until the parent hangs up.
pub(crate) fn serve_if_asked() -> bool {
    let Ok(ids) = env::var(VARIABLE) else {
        return false;
    };
    let ids: Vec<u32> = ids.split(' ').map(|id| id.parse().unwrap()).collect();
    become_user(ids[0], &ids[1..]);
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned().unwrap());
    let mut lines = BufReader::new(&socket);
    let mut answers = BufWriter::new(&socket);
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {
        let answer = match perform(line.trim_end()) {
            Ok(()) => 0,
            Err(error) => error.raw_os_error().unwrap(),
        };
        writeln!(answers, "{answer}").unwrap();
        if lines.buffer().is_empty() {
            answers.flush().unwrap();
        }
        line.clear();
    }
    true
}

fn become_user(user: u32, groups: &[u32]) {
    let groups: Vec<_> = groups.iter().map(|id| Gid::from_raw(*id)).collect();
    let (primary, rest) = groups.split_first().unwrap();
    let user = Uid::from_raw(user);
    setgroups(rest).expect("setgroups: run as root, where all ids are mapped");
    setresgid(*primary, *primary, *primary).unwrap();
    setresuid(user, user, user).unwrap();
}

/// Does what a line says, with as few system calls as it takes.
fn perform(line: &str) -> io::Result<()> {
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["access", bits, path] => {
            let bits = Access::from_bits(bits.parse().unwrap()).unwrap();
            rustix::fs::access(path, bits)?;
        }
        ["stat", path] => drop(rustix::fs::lstat(path)?),
        ["open", path] => drop(open(path, OFlags::RDONLY, "0")?),
        ["list", path] => drop(fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?),
        ["append", path] => drop(open(path, OFlags::WRONLY | OFlags::APPEND, "0")?),
        ["overwrite", path] => drop(open(path, OFlags::WRONLY | OFlags::TRUNC, "0")?),
        ["create", umask, mode, path] => {
            rustix::process::umask(mode_of(umask));
            let new = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
            drop(open(path, new, mode)?);
        }
        ["mkdir", umask, mode, path] => {
            rustix::process::umask(mode_of(umask));
            rustix::fs::mkdir(path, mode_of(mode))?;
        }
        ["unlink", path] => rustix::fs::unlink(path)?,
        ["rmdir", path] => rustix::fs::rmdir(path)?,
        ["rename", from, to] => rustix::fs::rename(from, to)?,
        ["chmod", mode, path] => rustix::fs::chmod(path, mode_of(mode))?,
        ["chown", user, path] => std::os::unix::fs::chown(path, user.parse().ok(), None)?,
        ["chgrp", group, path] => std::os::unix::fs::chown(path, None, group.parse().ok())?,
        ["setxattr", name, value, path] => {
            rustix::fs::setxattr(path, name, &bytes_of(value), XattrFlags::empty())?;
        }
        ["removexattr", name, path] => rustix::fs::removexattr(path, name)?,
        ["utimes", path] => {
            let time = |seconds, nanoseconds| Timespec {
                tv_sec: seconds,
                tv_nsec: nanoseconds,
            };
            let times = Timestamps {
                last_access: time(0, UTIME_OMIT),
                last_modification: time(1, 0),
            };
            utimensat(CWD, path, &times, AtFlags::empty())?;
        }
        ["rm", path] => tool("rm", "-rf", path)?,
        ["du", path] => tool("du", "-s", path)?,
        _ => panic!("no such line: {line}"),
    }
    Ok(())
}

fn open(path: &str, flags: OFlags, mode: &str) -> Result<std::os::fd::OwnedFd, Errno> {
    rustix::fs::open(path, flags | OFlags::CLOEXEC, mode_of(mode))
}

/// A tool that fails on any inode fails.
fn tool(name: &str, flag: &str, path: &str) -> io::Result<()> {
    let mut command = Command::new(name);
    command.args([flag, "--", path]).stdin(Stdio::null());
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(Errno::ACCESS.into())
    }
}

fn mode_of(octal: &str) -> Mode {
    Mode::from_raw_mode(u32::from_str_radix(octal, 8).unwrap())
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let digits = digits.map(|pair| std::str::from_utf8(pair).unwrap());
    digits
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

/// Bytes as a line can carry them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
