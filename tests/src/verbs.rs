//! What users, keepers and bidders do.

use alloy_primitives::{Address, Bytes, B256, U256};
use breakwater_devnode::Receipt;
use breakwater_interfaces::{
    auction::ILiquidationAuction,
    fund::IInsuranceFund,
    vault::{IVault, WaterfallView},
};

use crate::{
    external::IToken,
    failure::Failure,
    suite::{Modules, Suite},
};

/// The answer of `statusOf`.
pub type AuctionStatus = ILiquidationAuction::statusOfReturn;
/// The answer of `marketState`.
pub type Market = IVault::marketStateReturn;
/// The answer of `take`.
pub type Payment = ILiquidationAuction::takeReturn;

/// The vault's account `index` of `owner`: 20 bytes of address, 12 of index.
pub fn account_of(owner: Address, index: u64) -> B256 {
    let mut id = B256::ZERO;
    id[..20].copy_from_slice(owner.as_slice());
    id[24..].copy_from_slice(&index.to_be_bytes());
    id
}

impl Suite {
    /// Gives `user` an amount of any token, made of nothing.
    ///
    /// # Errors
    ///
    /// If the token refuses.
    pub fn give(&mut self, token: Address, user: Address, amount: U256) -> Result<(), Failure> {
        if token == self.weth() {
            // Ether for gas stays besides.
            let balance = self.chain.balance(user).saturating_add(amount);
            self.chain.set_balance(user, balance);
            self.send_with_value(user, token, &IToken::depositCall {}, amount)?;
        } else {
            let owner = self.owner;
            let call = IToken::mintCall {
                to: user,
                value: amount,
            };
            self.send(owner, token, &call)?;
        }
        Ok(())
    }

    /// Lets the vault take any amount of `token` from `user`.
    ///
    /// # Errors
    ///
    /// If the token refuses.
    pub fn approve_vault(&mut self, token: Address, user: Address) -> Result<(), Failure> {
        let spender = self.modules.vault;
        let value = U256::MAX;
        self.send(user, token, &IToken::approveCall { spender, value })?;
        Ok(())
    }

    /// Balance of any token.
    ///
    /// # Errors
    ///
    /// If it is no token.
    pub fn balance_of(&mut self, token: Address, owner: Address) -> Result<U256, Failure> {
        self.view(token, &IToken::balanceOfCall { owner })
    }

    /// A lender deposits assets that it is given for it. Returns the vault shares.
    ///
    /// # Errors
    ///
    /// Those of `deposit`.
    pub fn lend(&mut self, lender: Address, assets: U256) -> Result<(U256, Receipt), Failure> {
        let (asset, vault) = (self.asset, self.modules.vault);
        self.give(asset, lender, assets)?;
        self.approve_vault(asset, lender)?;
        self.send(
            lender,
            vault,
            &IVault::depositCall {
                assets,
                receiver: lender,
            },
        )
    }

    /// Somebody lends assets and stakes the vault shares in the fund. Returns the fund shares.
    ///
    /// # Errors
    ///
    /// Those of `deposit`.
    pub fn stake(&mut self, staker: Address, assets: U256) -> Result<(U256, Receipt), Failure> {
        let (vault, fund) = (self.modules.vault, self.modules.fund);
        let (shares, _) = self.lend(staker, assets)?;
        let approve = IVault::approveCall {
            spender: fund,
            value: U256::MAX,
        };
        self.send(staker, vault, &approve)?;
        self.send(
            staker,
            fund,
            &IInsuranceFund::depositCall {
                assets: shares,
                receiver: staker,
            },
        )
    }

    /// Puts collateral, which the owner is given for it, into an account.
    ///
    /// # Errors
    ///
    /// Those of `depositCollateral`.
    pub fn deposit_collateral(
        &mut self,
        owner: Address,
        account: B256,
        token: Address,
        amount: U256,
    ) -> Result<Receipt, Failure> {
        let vault = self.modules.vault;
        self.give(token, owner, amount)?;
        self.approve_vault(token, owner)?;
        let call = IVault::depositCollateralCall {
            account,
            token,
            amount,
        };
        Ok(self.send(owner, vault, &call)?.1)
    }

    /// Borrows to the owner's own address.
    ///
    /// # Errors
    ///
    /// Those of `borrow`.
    pub fn borrow(
        &mut self,
        owner: Address,
        account: B256,
        assets: U256,
    ) -> Result<Receipt, Failure> {
        let vault = self.modules.vault;
        let call = IVault::borrowCall {
            account,
            assets,
            receiver: owner,
        };
        Ok(self.send(owner, vault, &call)?.1)
    }

    /// Opens account `index` of `owner`: collateral, each token's amount, and debt (none if zero). Returns its id.
    ///
    /// # Errors
    ///
    /// Those of `depositCollateral` and `borrow`.
    pub fn open_position(
        &mut self,
        owner: Address,
        index: u64,
        collateral: &[(Address, U256)],
        debt: U256,
    ) -> Result<B256, Failure> {
        let account = account_of(owner, index);
        for (token, amount) in collateral {
            self.deposit_collateral(owner, account, *token, *amount)?;
        }
        if !debt.is_zero() {
            self.borrow(owner, account, debt)?;
        }
        Ok(account)
    }

    /// Repays debt with assets that the owner has or is given (`top_up`). Returns what was paid.
    ///
    /// # Errors
    ///
    /// Those of `repay`.
    pub fn repay(
        &mut self,
        payer: Address,
        account: B256,
        assets: U256,
    ) -> Result<(U256, Receipt), Failure> {
        let (asset, vault) = (self.asset, self.modules.vault);
        self.approve_vault(asset, payer)?;
        self.send(payer, vault, &IVault::repayCall { account, assets })
    }

    /// Liquidates with `token`, as much as is right, for the reward of `keeper`. Returns the auction's id, zero if none began.
    ///
    /// # Errors
    ///
    /// Those of `liquidate`.
    pub fn liquidate(
        &mut self,
        keeper: Address,
        account: B256,
        token: Address,
    ) -> Result<(U256, Receipt), Failure> {
        let vault = self.modules.vault;
        self.send(
            keeper,
            vault,
            &IVault::liquidateCall {
                account,
                token,
                maxRepay: U256::MAX,
                keeper,
            },
        )
    }

    /// Whether `liquidate` would succeed, and with which amounts.
    ///
    /// # Errors
    ///
    /// If the token is no collateral.
    pub fn check_liquidation(
        &mut self,
        account: B256,
        token: Address,
    ) -> Result<IVault::checkLiquidationReturn, Failure> {
        let vault = self.modules.vault;
        self.view(vault, &IVault::checkLiquidationCall { account, token })
    }

    /// Takes at most `max_lot` of an auction at no more than `max_price` (1e36 scale), for the taker itself. The taker needs the
    /// assets, and the vault's allowance of them.
    ///
    /// # Errors
    ///
    /// Those of `take`.
    pub fn take(
        &mut self,
        taker: Address,
        id: U256,
        max_lot: U256,
        max_price: U256,
    ) -> Result<(Payment, Receipt), Failure> {
        let auction = self.modules.auction;
        self.send(
            taker,
            auction,
            &ILiquidationAuction::takeCall {
                id,
                maxLot: max_lot,
                minLot: U256::ZERO,
                maxPrice: max_price,
                deadline: U256::MAX,
                receiver: taker,
                data: Bytes::new(),
            },
        )
    }

    /// Starts the price of an auction again.
    ///
    /// # Errors
    ///
    /// Those of `reset`.
    pub fn reset(&mut self, keeper: Address, id: U256) -> Result<Receipt, Failure> {
        let auction = self.modules.auction;
        let call = ILiquidationAuction::resetCall { id, keeper };
        Ok(self.send(keeper, auction, &call)?.1)
    }

    /// The fund takes at most `max_lot` of an auction, at anybody's call. Returns what it took and what that paid on the claim.
    ///
    /// # Errors
    ///
    /// Those of `absorb`: `PriceAboveBackstop` while the price has not fallen to the backstop.
    pub fn absorb(
        &mut self,
        caller: Address,
        id: U256,
        max_lot: U256,
    ) -> Result<(U256, U256, Receipt), Failure> {
        let fund = self.modules.fund;
        let call = IInsuranceFund::absorbCall {
            id,
            maxLot: max_lot,
        };
        let (answer, receipt) = self.send(caller, fund, &call)?;
        Ok((answer.lotTaken, answer.paid, receipt))
    }

    /// All collateral of the fund in `token` is put up for sale, for vault shares, at anybody's call. Returns the auction's id.
    ///
    /// # Errors
    ///
    /// Those of `sellInventory`.
    pub fn sell_inventory(
        &mut self,
        caller: Address,
        token: Address,
    ) -> Result<(U256, Receipt), Failure> {
        let fund = self.modules.fund;
        let call = IInsuranceFund::sellInventoryCall {
            token,
            maxLot: U256::MAX,
        };
        self.send(caller, fund, &call)
    }

    /// Lets the auction take vault shares of `user` for lots of the fund.
    ///
    /// # Errors
    ///
    /// If the vault refuses.
    pub fn approve_auction(&mut self, user: Address) -> Result<(), Failure> {
        let Modules { vault, auction, .. } = self.modules;
        let call = IVault::approveCall {
            spender: auction,
            value: U256::MAX,
        };
        self.send(user, vault, &call)?;
        Ok(())
    }

    // --- views ---

    /// Every layer of the waterfall.
    ///
    /// # Errors
    ///
    /// If the chain fails.
    pub fn waterfall(&mut self) -> Result<WaterfallView, Failure> {
        let vault = self.modules.vault;
        self.view(vault, &IVault::waterfallCall {})
    }

    /// Ids of live auctions.
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn active_auctions(&mut self) -> Result<Vec<U256>, Failure> {
        let auction = self.modules.auction;
        let call = ILiquidationAuction::activeCall {
            offset: U256::ZERO,
            limit: U256::from(10_000),
        };
        self.view(auction, &call)
    }

    /// State of an auction.
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn auction_status(&mut self, id: U256) -> Result<AuctionStatus, Failure> {
        let auction = self.modules.auction;
        self.view(auction, &ILiquidationAuction::statusOfCall { id })
    }

    /// What `take(id, max_lot, …)` would buy now, and at which price.
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn quote(
        &mut self,
        id: U256,
        max_lot: U256,
    ) -> Result<ILiquidationAuction::quoteReturn, Failure> {
        let auction = self.modules.auction;
        let call = ILiquidationAuction::quoteCall {
            id,
            maxLot: max_lot,
        };
        self.view(auction, &call)
    }

    /// Debt, capacity, health factor and borrow limit of an account.
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn health(&mut self, account: B256) -> Result<IVault::healthOfReturn, Failure> {
        let vault = self.modules.vault;
        self.view(vault, &IVault::healthOfCall { account })
    }

    /// Debt of an account, rounded up.
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn debt(&mut self, account: B256) -> Result<U256, Failure> {
        let vault = self.modules.vault;
        self.view(vault, &IVault::debtOfCall { account })
    }

    /// Claim on an account.
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn claim(&mut self, account: B256) -> Result<IVault::claimOfReturn, Failure> {
        let vault = self.modules.vault;
        self.view(vault, &IVault::claimOfCall { account })
    }

    /// Free collateral of an account, and what its lots hold.
    ///
    /// # Errors
    ///
    /// If the token is no collateral.
    pub fn collateral_of(
        &mut self,
        account: B256,
        token: Address,
    ) -> Result<IVault::collateralOfReturn, Failure> {
        let vault = self.modules.vault;
        self.view(vault, &IVault::collateralOfCall { account, token })
    }

    /// Debt for sale with `token`; in total for the zero address.
    ///
    /// # Errors
    ///
    /// If the token is no collateral.
    pub fn room(&mut self, token: Address) -> Result<IVault::roomOfReturn, Failure> {
        let vault = self.modules.vault;
        self.view(vault, &IVault::roomOfCall { token })
    }

    /// The pool's books.
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn market(&mut self) -> Result<Market, Failure> {
        let vault = self.modules.vault;
        self.view(vault, &IVault::marketStateCall {})
    }
}
