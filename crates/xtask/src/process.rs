//! Running other commands where their user can see that they move.

use std::{
    io::{BufRead, BufReader, IsTerminal, Read},
    process::{Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use crate::{
    error::{Error, Result},
    output,
};

/// After this long without output, a line says that the step goes on.
const SILENCE: Duration = Duration::from_secs(5);

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Output,
    Error,
}

/// Runs a command, passes its lines on as they come, each also to `observe`, and says every few seconds of silence that
/// `what` goes on.
///
/// # Errors
///
/// If it cannot be started, or ends with another status than success.
pub(crate) fn run(command: &mut Command, what: &str, observe: impl FnMut(&str)) -> Result<()> {
    let status = stream(command, what, SILENCE, observe)?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(format!(
        "{what} failed: `{}` ended with {status}",
        describe(command)
    )))
}

/// The command as one would type it in a shell.
pub(crate) fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| quoted(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_=+/.,:@".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn stream(
    command: &mut Command,
    what: &str,
    silence: Duration,
    mut observe: impl FnMut(&str),
) -> Result<ExitStatus> {
    let started = Instant::now();
    if std::io::stderr().is_terminal() && std::env::var_os("CARGO_TERM_COLOR").is_none() {
        // Cargo sees a pipe here, not the terminal.
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Error::new(format!("cannot run `{}`: {error}", describe(command))))?;
    let (sender, lines) = mpsc::channel();
    let readers = [
        child
            .stdout
            .take()
            .map(|pipe| forward(pipe, Stream::Output, sender.clone())),
        child
            .stderr
            .take()
            .map(|pipe| forward(pipe, Stream::Error, sender)),
    ];
    loop {
        match lines.recv_timeout(silence) {
            Ok((Stream::Output, line)) => {
                output::write(std::io::stdout().lock(), &line);
                observe(&String::from_utf8_lossy(&line));
            }
            Ok((Stream::Error, line)) => {
                output::write(std::io::stderr().lock(), &line);
                observe(&String::from_utf8_lossy(&line));
            }
            Err(RecvTimeoutError::Timeout) => {
                let time = output::elapsed(started.elapsed());
                output::line(format_args!("    {what}: still at it, {time}"));
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    for reader in readers.into_iter().flatten() {
        // A reader ends without a panic: it only reads and sends.
        let _ = reader.join();
    }
    child
        .wait()
        .map_err(|error| Error::new(format!("lost `{}`: {error}", describe(command))))
}

fn forward(
    pipe: impl Read + Send + 'static,
    stream: Stream,
    sender: Sender<(Stream, Vec<u8>)>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        loop {
            let mut line = Vec::new();
            match reader.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            while matches!(line.last(), Some(b'\n' | b'\r')) {
                line.pop();
            }
            if sender.send((stream, line)).is_err() {
                break;
            }
        }
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn every_line_of_both_streams_is_observed_also_one_without_an_end() {
        let mut seen = Vec::new();
        run(
            &mut shell("echo one; echo two >&2; printf three"),
            "a test",
            |line| seen.push(line.to_owned()),
        )
        .unwrap();
        seen.sort();
        assert_eq!(seen, ["one", "three", "two"]);
    }

    #[test]
    fn a_failing_command_is_named_with_its_status() {
        let error = run(&mut shell("exit 7"), "a test", |_| {}).unwrap_err();
        assert_eq!(
            error.to_string(),
            "error: a test failed: `sh -c 'exit 7'` ended with exit status: 7"
        );
    }

    #[test]
    fn words_that_a_shell_would_take_apart_are_quoted() {
        for (word, expected) in [
            ("--target-dir", "--target-dir"),
            ("/a/b.c", "/a/b.c"),
            ("", "''"),
            ("a b", "'a b'"),
            ("x=[\"y\"]", "'x=[\"y\"]'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn a_command_that_does_not_exist_is_an_error_and_not_a_panic() {
        let error = run(&mut Command::new("no-such-command"), "a test", |_| {}).unwrap_err();
        assert!(error
            .to_string()
            .starts_with("error: cannot run `no-such-command`"));
    }

    #[test]
    fn silence_does_not_end_the_reading() {
        let mut seen = Vec::new();
        let status = stream(
            &mut shell("sleep 0.2; echo late"),
            "a test",
            Duration::from_millis(20),
            |line| seen.push(line.to_owned()),
        )
        .unwrap();
        assert!(status.success());
        assert_eq!(seen, ["late"]);
    }
}
