//! `cargo bench -p breakwater-bench`: start of a chain, and one transaction of each workload.

use std::time::{Duration, Instant};

use breakwater_bench::{measured_start, Workload};
use criterion::{criterion_group, criterion_main, Criterion};

fn start(criterion: &mut Criterion) {
    criterion.bench_function("start", |bencher| bencher.iter(measured_start));
}

fn transactions(criterion: &mut Criterion) {
    for workload in Workload::ALL {
        let mut ready = match workload.prepare() {
            Ok(ready) => ready,
            Err(message) => {
                eprintln!("{}: skipped: {message}", workload.name());
                continue;
            }
        };
        criterion.bench_function(workload.name(), |bencher| {
            bencher.iter_custom(|count| {
                let mut time = Duration::ZERO;
                for _ in 0..count {
                    if let Err(message) = ready.turn() {
                        panic!("{}: {message}", workload.name());
                    }
                    let started = Instant::now();
                    if let Err(message) = ready.measured_transaction() {
                        panic!("{}: {message}", workload.name());
                    }
                    time += started.elapsed();
                }
                time
            });
        });
    }
}

criterion_group!(benches, start, transactions);
criterion_main!(benches);
