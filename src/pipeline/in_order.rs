//! Work done side by side and taken back in order.
//!
//! In: a source of items, work on one item, and what takes the results. Out: all results, in the order of the items, whoever was
//! faster. So many items are under way at once that all threads have work, and no more, so that memory stays bounded.
//! Whoever makes items should not be a thread of the pool: one of the pool would take up other work while it waits, within it the next,
//! and a thousand files would lie on one stack. `on_threads` gives each maker a thread of its own.

use crate::error::Result;
use rayon::Yield;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Items under way for each thread of the pool, those of all makers together.
const ITEMS_PER_THREAD: usize = 2;

/// Does some work for each of many items on as many threads as the pool has, apart from the pool; returns the results in the order of
/// the items, or the first error in that order.
pub fn on_threads<Item: Sync, Done: Send>(
    items: &[Item],
    work: impl Fn(&Item, usize) -> Result<Done> + Sync,
) -> Result<Vec<Done>> {
    let n_threads = rayon::current_num_threads().min(items.len());
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results: Mutex<BTreeMap<usize, Result<Done>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                // Items are begun in their order, so that all before one that fails are done in the end.
                while !has_failed.load(Ordering::Acquire)
                    && let at = next.fetch_add(1, Ordering::AcqRel)
                    && let Some(item) = items.get(at)
                {
                    let done = work(item, n_threads);
                    has_failed.fetch_or(done.is_err(), Ordering::AcqRel);
                    results.lock().expect("no thread stops while it holds the results").insert(at, done);
                }
            });
        }
    });
    results.into_inner().expect("no thread stops while it holds the results").into_values().collect()
}

/// Takes items from `next` until there are none, works on them, and hands the results to `take` in the order of the items. `n_makers`
/// do so at once.
///
/// The first error in that order ends everything.
pub fn in_order<Item: Send, Done: Send>(
    n_makers: usize,
    mut next: impl FnMut() -> Result<Option<Item>> + Send,
    work: impl Fn(Item) -> Result<Done> + Sync,
    take: impl FnMut(Done) -> Result<()> + Send,
) -> Result<()> {
    let bound = (ITEMS_PER_THREAD * rayon::current_num_threads() / n_makers).max(1);
    let n_under_way = AtomicUsize::new(0);
    let has_failed = AtomicBool::new(false);
    let results = Mutex::new(Results { waiting: BTreeMap::new(), n_taken: 0, take: Some(take), outcome: Ok(()) });
    let made = rayon::in_place_scope(|scope| {
        for number in 0.. {
            while n_under_way.load(Ordering::Acquire) >= bound {
                if rayon::yield_now() != Some(Yield::Executed) {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            if has_failed.load(Ordering::Acquire) {
                break;
            }
            let Some(item) = next()? else { break };
            n_under_way.fetch_add(1, Ordering::AcqRel);
            let (work, results, n_under_way, has_failed) = (&work, &results, &n_under_way, &has_failed);
            scope.spawn(move |_| {
                let is_ok = deliver(results, number, work(item), || _ = n_under_way.fetch_sub(1, Ordering::AcqRel));
                has_failed.fetch_or(!is_ok, Ordering::AcqRel);
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
    /// Out of here while a thread takes results.
    take: Option<Take>,
    outcome: Result<()>,
}

/// Adds a result and takes all that are due, unless another thread does so already; says whether all is well so far.
///
/// Nothing is locked while a result is taken: what takes it may wait for work of another pool, and the thread that waits takes up other
/// work meanwhile, which ends here again.
fn deliver<Done, Take: FnMut(Done) -> Result<()>>(
    results: &Mutex<Results<Done, Take>>,
    number: u64,
    done: Result<Done>,
    one_is_taken: impl Fn(),
) -> bool {
    let lock = || results.lock().expect("no thread stops while it holds the results");
    let mut state = lock();
    state.waiting.insert(number, done);
    let Some(mut take) = state.take.take() else { return true };
    let mut due = state.next();
    while let Some(done) = due {
        let is_ok = state.outcome.is_ok();
        drop(state);
        let outcome = if is_ok { done.and_then(&mut take) } else { Ok(()) };
        one_is_taken();
        state = lock();
        if outcome.is_err() {
            state.outcome = outcome;
        }
        due = state.next();
    }
    state.take = Some(take);
    state.outcome.is_ok()
}

impl<Done, Take> Results<Done, Take> {
    /// Returns the result that is due, if it is there.
    fn next(&mut self) -> Option<Result<Done>> {
        let due = self.waiting.remove(&self.n_taken)?;
        self.n_taken += 1;
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn many_makers_have_threads_of_their_own() {
        let items: Vec<u64> = (0..3_000).collect();
        let sum_of = |item: &u64, n_makers| {
            let (mut rest, mut sum) = (3, 0);
            let next = || {
                rest -= 1;
                Ok((rest >= 0).then_some(*item))
            };
            let take = |done: u64| {
                sum += done;
                Ok(())
            };
            in_order(n_makers, next, Ok, take).map(|()| sum)
        };
        assert_eq!(on_threads(&items, sum_of).unwrap(), items.iter().map(|item| 3 * item).collect::<Vec<u64>>());
        let fail = |item: &u64, _| if *item % 7 == 6 { Err(Error::request(format!("item {item}"))) } else { Ok(()) };
        assert!(on_threads(&items, fail).unwrap_err().to_string().contains("item 6"));
        assert!(on_threads(&items[..0], fail).unwrap().is_empty());
    }

    #[test]
    fn what_takes_a_result_may_wait_for_another_pool() {
        let other_pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (mut number, mut n_taken) = (0, 0);
        let next = || {
            number += 1;
            Ok((number <= 500).then_some(number))
        };
        let take = |_| {
            other_pool.install(|| std::thread::sleep(Duration::from_micros(100)));
            n_taken += 1;
            Ok(())
        };
        in_order(1, next, Ok, take).unwrap();
        assert_eq!(n_taken, 500);
    }

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
                    in_order(1, next, work, |item| {
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
