//! A program that runs beside the test: what it says is read line by line, and it ends with the test.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::tools::missing;

pub(crate) struct Running {
    child: Child,
    input: Option<ChildStdin>,
    /// Standard output and standard error, in the order of writing. Nothing more comes when both are closed.
    lines: Receiver<String>,
}

impl Running {
    /// Far more than anything takes here; a program that is silent for so long hangs.
    const DEADLINE: Duration = Duration::from_secs(60);

    pub(crate) fn start(command: &mut Command) -> Self {
        let (reader, writer) = std::io::pipe().unwrap();
        command
            .stdin(Stdio::piped())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer);
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}", missing(&program, &error)));
        // The command holds the writing end, and the reader would wait for it forever.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let input = child.stdin.take();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
                if sender
                    .send(String::from_utf8_lossy(&line).into_owned())
                    .is_err()
                {
                    break;
                }
            }
        });
        Self {
            child,
            input,
            lines,
        }
    }

    /// Writes a line to its standard input. A program that has ended does not hear it: why it did, it has said itself.
    pub(crate) fn say(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        match writeln!(input, "{line}").and_then(|()| input.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            result => result.unwrap(),
        }
    }

    /// The rest of the next line that starts so.
    pub(crate) fn line(&self, start: &str) -> String {
        let until = Instant::now() + Self::DEADLINE;
        let mut seen = Vec::new();
        loop {
            match self.next(until) {
                Some(line) => match line.strip_prefix(start) {
                    Some(rest) => return rest.to_owned(),
                    None => seen.push(line),
                },
                None => panic!("no line with `{start}`, but:\n{}", seen.join("\n")),
            }
        }
    }

    /// All that it says until it ends by itself.
    pub(crate) fn rest(&self) -> String {
        let until = Instant::now() + Self::DEADLINE;
        std::iter::from_fn(|| self.next(until))
            .map(|line| line + "\n")
            .collect()
    }

    fn next(&self, until: Instant) -> Option<String> {
        match self.lines.recv_timeout(until - Instant::now()) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("silent for {:?}", Self::DEADLINE),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
