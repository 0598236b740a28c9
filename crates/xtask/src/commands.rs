//! The commands, and their command lines.

use std::{ffi::OsString, path::PathBuf, process::ExitCode, time::Instant};

use breakwater_tests::Programs;
use lexopt::ValueExt;

use crate::{
    abi, bench, crisis, demo, devnode,
    error::{Error, Result},
    gas, output, replay, reproducible, setup, size, solidity, test, vectors, wasm,
    workspace::Workspace,
};

/// A command.
struct Command {
    name: &'static str,
    /// What follows its name.
    arguments: &'static str,
    summary: &'static str,
    /// More for `help <name>`.
    details: &'static str,
    run: fn(Vec<OsString>) -> Result<()>,
}

/// All commands: one line more is one command more.
const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        arguments: "[--prices FILE.csv] [--seed N]",
        summary: "builds and deploys everything on an embedded chain, and carries sixty accounts through a crash",
        details: "--prices FILE.csv  replays these prices instead of ETH/USD of 12 and 13 March 2020: columns time_unix (seconds)\n\
                  \x20                  and close (dollars) at least, named in a header line\n\
                  --seed N           other accounts (a whole number; 1 if none is given)\n\n\
                  Prints a timeline, a summary and `demo: ok`, or what does not hold, with exit status 1.\n\
                  target/demo/report.svg shows price, auctions and fills over time.",
        run: run_demo,
    },
    Command {
        name: "crisis",
        arguments: "[FILE.csv…] [--seed N]",
        summary: "replays a crash with thin bidding through vault, auction, fund and lenders, and prints the waterfall",
        details: "FILE.csv  candles (columns time_unix and close), or Chainlink rounds (time_unix, answer_raw);\n\
                  \x20         ETH/USD of 12 and 13 March 2020 if none is given\n\
                  --seed N  other accounts (a whole number; 1 if none is given)\n\n\
                  The same with the insurance fund empty, half and at its target; what must always hold is checked after every step. Prints\n\
                  the rules, a table for each fund, one that compares them, and `crisis: ok`, or what does not hold and where, with exit\n\
                  status 1. target/crisis/<file>.svg shows price, cover and share price over time.",
        run: run_crisis,
    },
    Command {
        name: "replay",
        arguments: "FILE.csv… [--wicks] [--figure] [--fault KIND [--feeds N]] [--max-age SECONDS]",
        summary: "feeds price series through the deployed oracle adapter, and prints what it said",
        details: "FILE.csv  candles (columns time_unix and close), or\n\
                  \x20         Chainlink rounds (time_unix, answer_raw)\n\
                  --wicks            open, high, low and close of each candle, in the likelier order\n\
                  --figure           draws target/replay/<file>.svg: series, prices, volatility, and where there was no good price\n\
                  --fault KIND       plants an error for an hour: x10, x0.1, stuck (the same answer as new), drift (3 % down); or\n\
                  \x20                  frozen (no answer), for an hour beyond the largest age\n\
                  --feeds N          in N of the three feeds, 1 to 3; 3 if none is given\n\
                  --max-age SECONDS  largest age of an answer; 3,900 if none is given, 90,000 for rounds of 18 decimals\n\n\
                  Three feeds give the series to an adapter with the standard parameters; at each answer somebody pokes. The exit status is 1\n\
                  if a halt lasted longer than its bound, or a good price was not the series'.",
        run: run_replay,
    },
    Command {
        name: "test",
        arguments: "[--seed N]",
        summary: "all checks: format, lints, programs, sizes, Solidity, clients, tests",
        details: "--seed N  other random cases for the property tests (a whole number; 1 if none is given)\n\n\
                  Ends with a table of the checks and the line `N passed, N failed, N skipped` over all tests.\n\
                  The exit status is 0 only if every check has passed.",
        run: run_test,
    },
    Command {
        name: "size",
        arguments: "[--json FILE]",
        summary: "builds the programs and prints their sizes against the chain's limit",
        details: "--json FILE  writes the same figures to FILE\n\n\
                  compressed: bytes of the code of an account, as deployed (brotli 11, and four bytes in front).\n\
                  init gas, cached gas: what a call takes before the program starts, without and with the program\n\
                  in the chain's cache. The exit status is 1 if a program is too large or would not be activated.",
        run: run_size,
    },
    Command {
        name: "gas",
        arguments: "[--json FILE | --profile TRANSACTION]",
        summary: "measures whole transactions on an embedded chain, against their budgets",
        details: "--json FILE            writes the same figures to FILE\n\
                  --profile TRANSACTION  instead of the table, where the gas of that line of it goes: call by call what a program takes before\n\
                  \x20                      it runs, for storage, calls, logs, hashes, other host functions, and computing; slots read\n\
                  \x20                      (in parentheses: warm ones) and written, by the numbers of the contract's layout\n\n\
                  Each is a transaction of its own (cold storage, intrinsic gas and calldata included, no L1 fee), with balances\n\
                  that exist and one price source a token; cached: all programs in the chain's cache, uncached: none.",
        run: run_gas,
    },
    Command {
        name: "wasm",
        arguments: "",
        summary: "builds the programs, as they are deployed, to target/wasm, and tries their activation",
        details: "The files are ready for the chain: plain encoding, no custom sections, not compressed.\n\
                  target is cargo's target folder, CARGO_TARGET_DIR included.",
        run: run_wasm,
    },
    Command {
        name: "reproducible",
        arguments: "[--quick]",
        summary: "builds the programs a second time, in another folder, and compares them",
        details: "--quick  takes published crates as the first build left them; what `cargo xtask test` does\n\n\
                  Prints the SHA-256 of each module in target/wasm. The second build has another path of the clone, of the target\n\
                  folder and of cargo's own folder, and no crate built before. The exit status is 1 if a program differs.",
        run: run_reproducible,
    },
    Command {
        name: "abi",
        arguments: "[--check]",
        summary: "writes the modules' interfaces to abi, as Solidity and JSON",
        details: "--check  writes nothing; the exit status is 1 if a file differs from what crates/interfaces gives",
        run: run_abi,
    },
    Command {
        name: "devnode",
        arguments: "[--host 127.0.0.1] [--port 8547] [--chain-id 412346] [--block-time N] [--genesis-time T] [--state FILE] [--accounts N]",
        summary: "runs the embedded chain as a node: JSON-RPC for ethers, viem, cast and cargo-stylus",
        details: "--host ADDRESS    where it listens; whoever reaches it controls the chain\n\
                  --port N          port for HTTP and WebSocket alike; 0 takes a free one\n\
                  --chain-id N      chain id\n\
                  --block-time N    a block every N seconds; without it one for each transaction\n\
                  --genesis-time T  time of the first block, seconds since 1970 (1700000000 if none is given); block times\n\
                  \x20                 advance by 1 or N seconds a block, whatever the clock says\n\
                  --state FILE      keeps every block in FILE, and goes on from there next time\n\
                  --accounts N      funded accounts (10 if no number is given)",
        run: run_devnode,
    },
    Command {
        name: "solidity",
        arguments: "",
        summary: "compiles the Solidity beside the programs, which scripts deploy with them",
        details: "The files are target/solidity/<Contract>.json, with `abi` and `bytecode`. The npm packages of scripts/ are installed, too.",
        run: run_solidity,
    },
    Command {
        name: "vectors",
        arguments: "DIR",
        summary: "runs reference cases of the virtual machine and compares every figure",
        details: "DIR  a folder with cases.json and the modules (.wat) that it names\n\n\
                  A line a case, and one for each figure that differs. The exit status is 1 if one does.",
        run: run_vectors,
    },
    Command {
        name: "bench",
        arguments: "[--json FILE]",
        summary: "measures the embedded chain: time, memory, instructions",
        details: "--json FILE  writes the same figures to FILE\n\n\
                  Start of a chain, and transactions each in a block of its own: an ERC-20 transfer, a vault deposit,\n\
                  a part of an auction's lot. Times are of this machine; instructions are counted by callgrind\n\
                  (valgrind) if it is installed, and compare between machines. `cargo bench -p breakwater-bench`\n\
                  has the same with criterion's statistics.",
        run: run_bench,
    },
];

/// Runs the command that the arguments name, prints its error if it has one, and returns the exit status.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    match dispatch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error_line(&error);
            ExitCode::from(error.exit_status())
        }
    }
}

fn dispatch(mut arguments: Vec<OsString>) -> Result<()> {
    if arguments.is_empty() {
        return Err(Error::usage("no command given").advise("`cargo xtask help` lists them"));
    }
    let rest = arguments.split_off(1);
    let name = arguments.swap_remove(0);
    let name = name.to_string_lossy();
    if matches!(&*name, "help" | "--help" | "-h") {
        return help(&rest);
    }
    let command = find(&name)?;
    if rest
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        output::line(usage(command));
        return Ok(());
    }
    (command.run)(rest)
}

fn find(name: &str) -> Result<&'static Command> {
    COMMANDS
        .iter()
        .find(|command| command.name == name)
        .ok_or_else(|| {
            let names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
            Error::usage(format!("there is no command {name:?}")).advise(format!(
                "use one of {}; `cargo xtask help` explains them",
                names.join(", ")
            ))
        })
}

fn help(arguments: &[OsString]) -> Result<()> {
    match arguments {
        [] => output::line(overview()),
        [name] => output::line(usage(find(&name.to_string_lossy())?)),
        _ => return Err(Error::usage("help takes the name of one command")),
    }
    Ok(())
}

fn overview() -> String {
    let width = COMMANDS
        .iter()
        .map(|command| command.name.len())
        .max()
        .unwrap_or(0)
        .max(4);
    let mut text = "usage: cargo xtask COMMAND [ARGUMENTS]\n".to_owned();
    for command in COMMANDS {
        text.push_str(&format!("\n  {:width$}  {}", command.name, command.summary));
    }
    text.push_str(&format!(
        "\n  {:width$}  this list, or more on one command",
        "help"
    ));
    text
}

fn usage(command: &Command) -> String {
    let line = format!("usage: cargo xtask {} {}", command.name, command.arguments);
    format!(
        "{}\n\n{}\n\n{}",
        line.trim_end(),
        command.summary,
        command.details
    )
}

/// For commands without arguments.
fn no_arguments(arguments: Vec<OsString>) -> Result<()> {
    match lexopt::Parser::from_args(arguments).next()? {
        None => Ok(()),
        Some(argument) => Err(argument.unexpected().into()),
    }
}

fn run_demo(arguments: Vec<OsString>) -> Result<()> {
    demo::run(&demo_arguments(arguments)?)
}

fn demo_arguments(arguments: Vec<OsString>) -> Result<demo::Options> {
    let mut options = demo::Options::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("prices") => options.prices = Some(PathBuf::from(parser.value()?)),
            lexopt::Arg::Long("seed") => options.seed = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

fn run_crisis(arguments: Vec<OsString>) -> Result<()> {
    crisis::run(&crisis_arguments(arguments)?)
}

fn crisis_arguments(arguments: Vec<OsString>) -> Result<crisis::Options> {
    let mut options = crisis::Options::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("seed") => options.seed = parser.value()?.parse()?,
            lexopt::Arg::Value(file) => options.files.push(PathBuf::from(file)),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

fn run_devnode(arguments: Vec<OsString>) -> Result<()> {
    devnode::run(devnode::arguments(arguments)?)
}

fn run_replay(arguments: Vec<OsString>) -> Result<()> {
    replay::run(&replay_arguments(arguments)?)
}

fn replay_arguments(arguments: Vec<OsString>) -> Result<replay::Options> {
    let mut options = replay::Options::default();
    let mut feeds = None;
    let mut kind = None;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("figure") => options.figure = true,
            lexopt::Arg::Long("wicks") => options.wicks = true,
            lexopt::Arg::Long("fault") => {
                let word = parser.value()?.string()?;
                kind = Some(replay::Kind::of(&word).ok_or_else(|| {
                    Error::usage(format!("there is no fault {word:?}"))
                        .advise("use one of x10, x0.1, frozen, stuck, drift")
                })?);
            }
            lexopt::Arg::Long("feeds") => {
                let count: usize = parser.value()?.parse()?;
                if !(1..=3).contains(&count) {
                    return Err(Error::usage(format!("--feeds is {count}: there are three")));
                }
                feeds = Some(count);
            }
            lexopt::Arg::Long("max-age") => options.max_age = Some(parser.value()?.parse()?),
            lexopt::Arg::Value(file) => options.files.push(PathBuf::from(file)),
            other => return Err(other.unexpected().into()),
        }
    }
    options.fault = match (kind, feeds) {
        (Some(kind), feeds) => Some(replay::Fault {
            kind,
            feeds: feeds.unwrap_or(3),
        }),
        (None, Some(_)) => {
            return Err(Error::usage(
                "--feeds says how many have the error that --fault plants",
            ));
        }
        (None, None) => None,
    };
    Ok(options)
}

fn run_test(arguments: Vec<OsString>) -> Result<()> {
    let seed = test_arguments(arguments)?;
    test::run(&Workspace::find()?, seed)
}

fn test_arguments(arguments: Vec<OsString>) -> Result<u64> {
    let mut seed = test::DEFAULT_SEED;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("seed") => seed = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(seed)
}

fn run_wasm(arguments: Vec<OsString>) -> Result<()> {
    no_arguments(arguments)?;
    let started = Instant::now();
    let artifacts = wasm::build_all(&Workspace::find()?)?;
    for program in &artifacts.programs {
        output::line(program.path.display());
    }
    artifacts.check_activation()?;
    let time = output::elapsed(started.elapsed());
    output::line(format_args!(
        "wasm: ok, {time}: the chain would activate every program"
    ));
    Ok(())
}

fn run_reproducible(arguments: Vec<OsString>) -> Result<()> {
    let mut depth = reproducible::Depth::Full;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("quick") => depth = reproducible::Depth::OwnCrates,
            other => return Err(other.unexpected().into()),
        }
    }
    reproducible::run(&Workspace::find()?, depth)
}

fn run_abi(arguments: Vec<OsString>) -> Result<()> {
    let mut is_check = false;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("check") => is_check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let workspace = Workspace::find()?;
    if !is_check {
        return abi::write(&workspace);
    }
    abi::check(&workspace)?;
    output::line("abi: ok, what crates/interfaces gives");
    Ok(())
}

fn run_solidity(arguments: Vec<OsString>) -> Result<()> {
    no_arguments(arguments)?;
    let workspace = Workspace::find()?;
    let folder = solidity::compile(&workspace)?;
    setup::node_packages(
        &workspace.scripts(),
        "deployment and operation are TypeScript on ethers",
    )?;
    output::line(folder.display());
    Ok(())
}

fn run_vectors(arguments: Vec<OsString>) -> Result<()> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let folder = match parser.next()? {
        Some(lexopt::Arg::Value(folder)) => PathBuf::from(folder),
        Some(other) => return Err(other.unexpected().into()),
        None => return Err(Error::usage("vectors takes the folder of the cases")),
    };
    if let Some(argument) = parser.next()? {
        return Err(argument.unexpected().into());
    }
    vectors::run(&folder)
}

fn run_bench(arguments: Vec<OsString>) -> Result<()> {
    let json = json_argument(arguments)?;
    bench::run(&Workspace::find()?, json.as_deref())
}

fn run_gas(arguments: Vec<OsString>) -> Result<()> {
    let (json, profiled) = gas_arguments(arguments)?;
    let workspace = Workspace::find()?;
    let artifacts = wasm::build_all(&workspace)?;
    artifacts.check_activation()?;
    let contracts = solidity::compile(&workspace)?;
    let programs = Programs::read(&artifacts.folder, &contracts).map_err(Error::new)?;
    if let Some(transaction) = profiled {
        output::line(gas::profile(&programs, &transaction)?);
        return Ok(());
    }
    let costs = gas::measure(&programs)?;
    output::line(format_args!("\n{}\n", gas::render(&costs)));
    match json {
        Some(path) => gas::write_json(&costs, &path),
        None => Ok(()),
    }
}

/// A file for the figures, or the transaction whose profile is wanted.
fn gas_arguments(arguments: Vec<OsString>) -> Result<(Option<PathBuf>, Option<String>)> {
    let (mut json, mut profiled) = (None, None);
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("json") => json = Some(PathBuf::from(parser.value()?)),
            lexopt::Arg::Long("profile") => profiled = Some(parser.value()?.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if json.is_some() && profiled.is_some() {
        return Err(Error::usage(
            "--profile prints no table that --json could write",
        ));
    }
    Ok((json, profiled))
}

fn run_size(arguments: Vec<OsString>) -> Result<()> {
    let json = json_argument(arguments)?;
    let artifacts = wasm::build_all(&Workspace::find()?)?;
    let sizes = size::measure(&artifacts);
    output::line(format_args!("\n{}\n", size::render(&sizes)));
    if let Some(path) = json {
        size::write_json(&sizes, &path)?;
    }
    size::check(&sizes)?;
    artifacts.check_activation()
}

fn json_argument(arguments: Vec<OsString>) -> Result<Option<PathBuf>> {
    let mut json = None;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("json") => json = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    fn refusal(line: &str) -> Error {
        dispatch(words(line)).unwrap_err()
    }

    #[test]
    fn wrong_command_lines_are_refused_with_what_was_wrong() {
        for (line, said) in [
            ("", "no command given"),
            ("tset", "there is no command \"tset\""),
            ("test all", "unexpected argument \"all\""),
            ("test --fast", "invalid option '--fast'"),
            ("test --seed -1", "cannot parse argument \"-1\""),
            ("wasm --release", "invalid option '--release'"),
            ("size --json", "missing argument for option '--json'"),
            ("gas --jsn a", "invalid option '--jsn'"),
            ("gas --profile", "missing argument for option '--profile'"),
            ("gas --json a --profile supply", "--profile prints no table"),
            ("size --jsn a", "invalid option '--jsn'"),
            ("bench --fast", "invalid option '--fast'"),
            ("size table", "unexpected argument \"table\""),
            ("abi --chekc", "invalid option '--chekc'"),
            ("abi IVault", "unexpected argument \"IVault\""),
            ("solidity a", "unexpected argument \"a\""),
            ("vectors", "vectors takes the folder of the cases"),
            ("vectors --all", "invalid option '--all'"),
            ("vectors a b", "unexpected argument \"b\""),
            ("demo --seed x", "cannot parse argument \"x\""),
            ("demo --prices", "missing argument for option '--prices'"),
            ("demo a.csv", "unexpected argument \"a.csv\""),
            ("crisis --seed x", "cannot parse argument \"x\""),
            ("crisis --prices a.csv", "invalid option '--prices'"),
            ("help tset", "there is no command \"tset\""),
            ("help size wasm", "help takes the name of one command"),
        ] {
            let error = refusal(line);
            assert!(error.to_string().contains(said), "{line}: {error}");
            assert_eq!(error.exit_status(), 2, "{line}");
        }
    }

    #[test]
    fn an_unknown_command_is_answered_with_those_that_exist() {
        let error = refusal("tset").to_string();
        for command in COMMANDS {
            assert!(error.contains(command.name), "{error}");
        }
    }

    #[test]
    fn the_file_of_sizes_may_follow_as_a_word_or_behind_an_equals_sign() {
        let expected = Some(PathBuf::from("a.json"));
        assert_eq!(json_argument(words("--json a.json")).unwrap(), expected);
        assert_eq!(json_argument(words("--json=a.json")).unwrap(), expected);
        assert_eq!(json_argument(words("")).unwrap(), None);
    }

    #[test]
    fn random_tests_have_a_fixed_seed_unless_another_is_given() {
        assert_eq!(test_arguments(words("--seed 7")).unwrap(), 7);
        assert_eq!(test_arguments(words("")).unwrap(), test::DEFAULT_SEED);
    }

    #[test]
    fn the_demo_takes_prices_and_a_seed() {
        let options = demo_arguments(words("--seed 7 --prices=a.csv")).unwrap();
        assert_eq!(options.seed, 7);
        assert_eq!(options.prices, Some(PathBuf::from("a.csv")));
        assert_eq!(demo_arguments(words("")).unwrap(), demo::Options::default());
    }

    #[test]
    fn the_crisis_takes_files_and_a_seed() {
        let options = crisis_arguments(words("a.csv --seed 7 b.csv")).unwrap();
        assert_eq!(options.files, ["a.csv", "b.csv"].map(PathBuf::from));
        assert_eq!(options.seed, 7);
        let none = crisis_arguments(words("")).unwrap();
        assert_eq!(none, crisis::Options::default());
    }

    #[test]
    fn the_replay_takes_files_and_a_fault() {
        let options =
            replay_arguments(words("a.csv --fault x10 b.csv --feeds=1 --figure")).unwrap();
        assert_eq!(options.files, ["a.csv", "b.csv"].map(PathBuf::from));
        let fault = replay::Fault {
            kind: replay::Kind::TimesTen,
            feeds: 1,
        };
        assert_eq!((options.fault, options.figure), (Some(fault), true));
        for wrong in [
            "a.csv --fault x2",
            "a.csv --fault x10 --feeds 4",
            "a.csv --feeds 2",
        ] {
            assert!(replay_arguments(words(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_command_in_the_documents_is_one() {
        let mut count = 0;
        for document in breakwater_tests::documents::all().unwrap() {
            for after in document.text.split("cargo xtask ").skip(1) {
                let word: String = after
                    .chars()
                    .take_while(|c| c.is_ascii_lowercase())
                    .collect();
                // `cargo xtask …` names none.
                if word.is_empty() || word == "help" {
                    continue;
                }
                assert!(find(&word).is_ok(), "{}: cargo xtask {word}", document.path);
                count += 1;
            }
        }
        assert!(count > 10);
    }

    #[test]
    fn help_explains_every_command() {
        for command in COMMANDS {
            assert!(overview().contains(command.summary));
            assert!(usage(command).contains(command.details));
            assert!(dispatch(words(&format!("help {}", command.name))).is_ok());
            assert!(dispatch(words(&format!("{} --help", command.name))).is_ok());
        }
    }
}
