//! Work done side by side and taken back in order.
//!
//! In: a source of items, work on one item, and what takes the results. Out: all results, in the order of the items, whoever was
//! faster. So many items are under way at once that all threads have work, and no more, so that memory stays bounded.
//! The thread that makes items works on them too while the others are behind: no thread ever waits for itself.

use crate::error::Result;
use rayon::Yield;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Items under way for each thread of the pool.
const ITEMS_PER_THREAD: usize = 2;

/// Takes items from `next` until there are none, works on them, and hands the results to `take` in the order of the items.
///
/// The first error in that order ends everything.
pub fn in_order<Item: Send, Done: Send>(
    mut next: impl FnMut() -> Result<Option<Item>> + Send,
    work: impl Fn(Item) -> Result<Done> + Sync,
    take: impl FnMut(Done) -> Result<()> + Send,
) -> Result<()> {
    let bound = ITEMS_PER_THREAD * rayon::current_num_threads();
    let n_under_way = AtomicUsize::new(0);
    let has_failed = AtomicBool::new(false);
    let results = Mutex::new(Results { waiting: BTreeMap::new(), n_taken: 0, take, outcome: Ok(()) });
    let made = rayon::in_place_scope(|scope| {
        for number in 0.. {
            while n_under_way.load(Ordering::Acquire) >= bound {
                if rayon::yield_now() != Some(Yield::Executed) {
                    std::thread::sleep(Duration::from_micros(200));
                }
            }
            if has_failed.load(Ordering::Acquire) {
                break;
            }
            let Some(item) = next()? else { break };
            n_under_way.fetch_add(1, Ordering::AcqRel);
            let (work, results, n_under_way, has_failed) = (&work, &results, &n_under_way, &has_failed);
            scope.spawn(move |_| {
                let done = work(item);
                let mut results = results.lock().expect("no thread stops while it holds the results");
                if results.add(number, done).is_err() {
                    has_failed.store(true, Ordering::Release);
                }
                n_under_way.fetch_sub(1, Ordering::AcqRel);
            });
        }
        Ok(())
    });
    let results = results.into_inner().expect("no thread stops while it holds the results");
    results.outcome.and(made)
}

/// Results that wait for the ones before them.
struct Results<Done, Take> {
    waiting: BTreeMap<u64, Result<Done>>,
    n_taken: u64,
    take: Take,
    outcome: Result<()>,
}

impl<Done, Take: FnMut(Done) -> Result<()>> Results<Done, Take> {
    fn add(&mut self, number: u64, done: Result<Done>) -> std::result::Result<(), ()> {
        self.waiting.insert(number, done);
        while self.outcome.is_ok()
            && let Some(done) = self.waiting.remove(&self.n_taken)
        {
            self.n_taken += 1;
            self.outcome = done.and_then(&mut self.take);
        }
        self.outcome.as_ref().map_err(|_| ()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn results_come_in_order_and_the_first_error_wins() {
        for n_threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            for fails_at in [None, Some(0), Some(57)] {
                let (mut number, mut taken) = (0_u64, Vec::new());
                let next = || {
                    number += 1;
                    Ok((number <= 200).then_some(number - 1))
                };
                let work = |item: u64| {
                    // Later items are done first now and then.
                    std::thread::sleep(Duration::from_micros(if item.is_multiple_of(5) { 300 } else { 0 }));
                    if fails_at.is_some_and(|at| item >= at) { Err(Error::request(format!("item {item}"))) } else { Ok(item) }
                };
                let outcome = pool.install(|| {
                    in_order(next, work, |item| {
                        taken.push(item);
                        Ok(())
                    })
                });
                let n_expected = fails_at.unwrap_or(200);
                assert_eq!(taken, (0..n_expected).collect::<Vec<u64>>(), "{n_threads} threads");
                match fails_at {
                    None => assert!(outcome.is_ok()),
                    Some(at) => assert!(outcome.unwrap_err().to_string().contains(&format!("item {at}"))),
                }
            }
        }
    }
}
