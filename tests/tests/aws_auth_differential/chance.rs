//! Chance that a seed repeats: SplitMix64.

/// A source of numbers.
pub(crate) struct Chance {
    state: u64,
}

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// <https://prng.di.unimi.it/splitmix64.c>
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("usize has at most 64 bits");
        usize::try_from(self.next() % end).expect("it is below a usize")
    }

    /// Whether one of `percent` in a hundred comes.
    pub(crate) fn is(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`.
    pub(crate) fn one<T: Copy>(&mut self, items: &[T]) -> T {
        *items.get(self.below(items.len())).expect("there are items")
    }
}
