//! The price of memory pages.
//!
//! Two counters belong to the transaction: pages open now, and the most there have ever been. Two pages are free, each
//! further one costs 1000 gas linearly, and raising the maximum costs the difference of an exponential.

/// Pages that cost nothing.
const FREE_PAGES: u16 = 2;
/// Gas of each page that is open above the free ones.
const PAGE_GAS: u64 = 1_000;
/// Most pages that a transaction can pay for.
pub(crate) const PAGE_LIMIT: u16 = 128;
/// The exponential reaches this at [`PAGE_LIMIT`] pages.
const EXPONENTIAL_GAS_AT_LIMIT: f64 = 31_874_000.0;

/// The transaction's page counters. One value serves all frames of a transaction.
///
/// When a program ends, however it ends, the embedder puts the open pages back with [`PageCounters::restore_open`];
/// the maximum stays. Neither is rolled back by a revert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounters {
    open: u16,
    ever: u16,
}

impl PageCounters {
    /// Counters of a transaction in which `open` pages are open and `ever` (at least `open`) have been at most.
    pub const fn new(open: u16, ever: u16) -> Self {
        let ever = if ever < open { open } else { ever };
        Self { open, ever }
    }

    /// Pages open now.
    pub const fn open(&self) -> u16 {
        self.open
    }

    /// Most pages that have been open.
    pub const fn ever(&self) -> u16 {
        self.ever
    }

    /// Gas of opening `pages` more:
    /// nothing while the maximum stays at or under 2, else `1000·Δ(open above 2) + X(ever') − X(ever)` with
    /// `X(p) = ⌊31874000^(p/128)⌋`; `u64::MAX` above 128 pages.
    pub fn cost(&self, pages: u16) -> u64 {
        let open = self.open.saturating_add(pages);
        let ever = self.ever.max(open);
        if ever <= FREE_PAGES {
            return 0;
        }
        let above_free = |count: u16| u64::from(count.saturating_sub(FREE_PAGES));
        let linear = PAGE_GAS * (above_free(open) - above_free(self.open));
        linear.saturating_add(exponential(ever).saturating_sub(exponential(self.ever)))
    }

    /// Opens `pages` more and returns their [`PageCounters::cost`]. The counters rise even if nobody can pay that.
    pub fn add(&mut self, pages: u16) -> u64 {
        let cost = self.cost(pages);
        self.open = self.open.saturating_add(pages);
        self.ever = self.ever.max(self.open);
        cost
    }

    /// Closes what a program opened: `open` is what [`PageCounters::open`] gave before the program started.
    pub fn restore_open(&mut self, open: u16) {
        self.open = open.min(self.open);
    }
}

/// `⌊31874000^(p/128)⌋`, at 128 one less (the reference's own rounding), above that `u64::MAX`.
fn exponential(pages: u16) -> u64 {
    if pages > PAGE_LIMIT {
        return u64::MAX;
    }
    if pages == PAGE_LIMIT {
        return EXPONENTIAL_GAS_AT_LIMIT as u64 - 1;
    }
    EXPONENTIAL_GAS_AT_LIMIT.powf(f64::from(pages) / f64::from(PAGE_LIMIT)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_exponential_lies_so_near_a_whole_number_that_the_rounding_of_a_platform_could_matter() {
        for pages in 1..PAGE_LIMIT {
            let exact = EXPONENTIAL_GAS_AT_LIMIT.powf(f64::from(pages) / f64::from(PAGE_LIMIT));
            assert!(
                (exact - exact.round()).abs() > 1e-5,
                "{pages} pages: {exact}"
            );
        }
    }

    #[test]
    fn two_pages_are_free_and_more_than_128_are_beyond_any_gas() {
        assert_eq!(PageCounters::default().cost(2), 0);
        assert_eq!(
            PageCounters::default().cost(3),
            1_000 + exponential(3) - exponential(0)
        );
        assert!(PageCounters::default().cost(128) < u64::MAX);
        assert!(PageCounters::default().cost(129) > u64::MAX - 10);
    }

    #[test]
    fn pages_that_were_open_before_cost_only_the_linear_part_again() {
        let mut counters = PageCounters::default();
        counters.add(40);
        counters.restore_open(0);
        assert_eq!(counters, PageCounters::new(0, 40));
        assert_eq!(counters.cost(10), 8_000);
    }

    #[test]
    fn opening_pages_in_steps_costs_as_much_as_at_once() {
        let mut steps = PageCounters::default();
        let in_steps: u64 = (0..100).map(|_| steps.add(1)).sum();
        assert_eq!(in_steps, PageCounters::default().cost(100));
    }
}
