//! The pool's books, and the lock that is held while they change.

use alloy_primitives::U256;
use breakwater_interfaces::vault::IVault;

use super::{slot, VaultState};
use crate::{
    errors::{locked, Fallible},
    market::{Liquidity, Market},
};

impl VaultState {
    /// The books as they are stored, interest not counted.
    #[inline(never)]
    pub(crate) fn market(&self) -> Market {
        Market::unpack(
            self.word(slot::LIQUIDITY),
            self.word(slot::LOANS),
            self.word(slot::SHARES),
            self.word(slot::CLOCK),
        )
    }

    /// The books with interest up to now, for views: nothing is stored.
    #[inline(never)]
    pub(crate) fn market_now(&self) -> Market {
        let mut market = self.market();
        market.accrue(self.now(), self.risk().reserve_factor);
        market
    }

    /// Starts a call that changes the books: takes the lock.
    ///
    /// # Errors
    ///
    /// `Locked` if another call is under way.
    #[inline(never)]
    pub(crate) fn enter(&mut self) -> Fallible<Market> {
        self.lock()?;
        Ok(self.market())
    }

    /// Starts a call that changes cash and claims at most: takes the lock.
    ///
    /// # Errors
    ///
    /// `Locked` if another call is under way.
    #[inline(never)]
    pub(crate) fn lock(&mut self) -> Fallible<Liquidity> {
        let word = self.word(slot::LIQUIDITY);
        if Liquidity::is_locked(word) {
            return Err(locked());
        }
        self.set_word(slot::LIQUIDITY, Liquidity::with_lock(word, true));
        Ok(Liquidity::unpack(word))
    }

    /// Cash and claims, as they are stored.
    pub(crate) fn liquidity(&self) -> Liquidity {
        Liquidity::unpack(self.word(slot::LIQUIDITY))
    }

    /// Whether a call into the vault is under way.
    pub(crate) fn is_locked(&self) -> bool {
        Liquidity::is_locked(self.word(slot::LIQUIDITY))
    }

    /// Like [`Self::enter`], with interest up to now.
    ///
    /// # Errors
    ///
    /// `Locked` if another call is under way.
    #[inline(never)]
    pub(crate) fn enter_accrued(&mut self) -> Fallible<Market> {
        let mut market = self.enter()?;
        self.accrue(&mut market);
        Ok(market)
    }

    /// Like [`Self::enter_accrued`], in the program for claims, which needs no other word for it than those of the books.
    ///
    /// # Errors
    ///
    /// `Locked` if another call is under way.
    #[inline(never)]
    pub(crate) fn enter_settlement(&mut self) -> Fallible<Market> {
        let mut market = self.enter()?;
        self.accrue_settlement(&mut market);
        Ok(market)
    }

    /// Like [`Self::accrue`], in the program for claims.
    pub(crate) fn accrue_settlement(&self, market: &mut Market) {
        self.accrue_with(market, self.settlement_terms().reserve_factor);
    }

    /// Brings interest up to now and says so in the log.
    #[inline(never)]
    pub(crate) fn accrue(&self, market: &mut Market) {
        self.accrue_with(market, self.risk().reserve_factor);
    }

    fn accrue_with(&self, market: &mut Market, reserve_factor: U256) {
        let accrual = market.accrue(self.now(), reserve_factor);
        if !accrual.interest.is_zero() {
            self.emit(&IVault::Accrued {
                interest: accrual.interest,
                reserve: accrual.reserve,
                borrowRate: accrual.rate,
            });
        }
    }

    /// Writes the books and keeps the lock: before calls to others.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn store(&mut self, market: &Market) -> Fallible<()> {
        let [liquidity, loans, shares, clock] = market.pack()?;
        self.set_word(slot::LIQUIDITY, Liquidity::with_lock(liquidity, true));
        self.set_word(slot::LOANS, loans);
        self.set_word(slot::SHARES, shares);
        self.set_word(slot::CLOCK, clock);
        Ok(())
    }

    /// Writes cash and claims and keeps the lock.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    pub(crate) fn store_liquidity(&mut self, liquidity: &Liquidity) -> Fallible<()> {
        let word = Liquidity::with_lock(liquidity.pack()?, true);
        self.set_word(slot::LIQUIDITY, word);
        Ok(())
    }

    /// Ends a call: gives the lock back.
    #[inline(never)]
    pub(crate) fn leave(&mut self) {
        let word = self.word(slot::LIQUIDITY);
        self.set_word(slot::LIQUIDITY, Liquidity::with_lock(word, false));
    }

    /// [`Self::store`] and [`Self::leave`].
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    pub(crate) fn store_and_leave(&mut self, market: &Market) -> Fallible<()> {
        self.store(market)?;
        self.leave();
        Ok(())
    }
}
