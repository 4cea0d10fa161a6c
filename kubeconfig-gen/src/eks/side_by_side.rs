//! Steps that wait for peers, taken side by side.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Takes `step` with each of `items`, [`AT_ONCE`] at a time; the results are in their order.
pub(crate) fn side_by_side<T: Sync, R: Send>(items: &[T], step: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if let [item] = items {
        return vec![step(item)];
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut taken = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else {
                return taken;
            };
            taken.push((at, step(item)));
        }
    };
    let mut results = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE.min(items.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        let of_all =
            joined.flat_map(|taken| taken.unwrap_or_else(|panic| panic::resume_unwind(panic)));
        of_all.collect::<Vec<_>>()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Enough for 200 clusters in a third of a second at 50 ms each, and few enough for EKS's limits.
pub(crate) const AT_ONCE: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_their_items() {
        let items: Vec<usize> = (0..100).collect();
        let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
        assert_eq!(side_by_side(&items, |item| item * 2), doubled);
        let none: Vec<usize> = Vec::new();
        assert_eq!(side_by_side(&none, |item| *item), none);
    }
}
