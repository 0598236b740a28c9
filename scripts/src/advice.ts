// What to do about errors of contracts.

import type { ErrorDescription } from "ethers";

const byName: Record<string, string> = {
  AccountHealthy: "nothing to liquidate: `status` lists the accounts at risk",
  AccessControlUnauthorizedAccount: "the timelock gives this role to others: let one of its proposers or executors send it",
  AmountTooLarge: "give a smaller amount",
  AlreadyDeployed: "the same program was deployed by this account before: run `deploy` again, it finds it",
  BelowMinLot: "the debt is under the least lot: raise --max-repay, or wait",
  BidTooSmall: "the price of a place in the cache rose: run the command again",
  BidsArePaused: "the chain sells no places in its cache now: try later, programs work without",
  ClaimNotPaid: "the claim is not paid yet: take the lot instead",
  ClaimOpen: "the account's lots are being sold: wait until they are, or pay the claim (repayClaim)",
  CollateralCapExceeded: "give less, or let the owner raise supply_cap",
  CoolOff: "try again after that time",
  CurveNotSet: "let the owner set the token's curve",
  DeadlinePassed: "send it again with a later deadline",
  DebtBelowMinimum: "borrow at least min_debt in all, or repay everything",
  DuplicateSource: "each source of a token must read another contract",
  ERC20InsufficientAllowance: "approve the spender first",
  ERC20InsufficientBalance: "the account has less than that",
  ERC4626ExceededMaxDeposit: "deposit no more than maxDeposit says: supply_cap, or a pause",
  ERC4626ExceededMaxRedeem: "redeem no more than maxRedeem says: request first, and wait for the cool-down",
  ExpectedPriceRequired: "give the token's expected_price in the market file",
  GracePeriod: "try again after that time: borrowers have a grace period after a pause or an outage",
  HealthWouldNotImprove: "choose another collateral of the account",
  InsufficientAllowance: "approve the spender first",
  InsufficientBalance: "the account has less than that",
  InsufficientCash: "the vault has lent the rest: try less, or later",
  InsufficientCollateral: "the account has less free collateral than that",
  InsufficientGas: "send it with more gas",
  InvalidFeed: "look at the feed's address and kind in the market file: the contract does not answer as such a feed",
  InvalidSources: "look at the sources and the quorum in the market file",
  Locked: "the module is in the middle of another call: don't call it from a callback",
  LotBelowMinimum: "less of the lot is left than --min-lot: lower it",
  NeedsReset: "reset the auction first: `operate reset`",
  NoRoom: "as much debt as the caps allow is for sale now: try later, or smaller",
  NotAuthorized: "another account may do this: the owner (the timelock, by `params`), the guardian, or the account's owner",
  NothingOwed: "the claim is paid: close the auction",
  NothingToSell: "choose a collateral that the account has",
  OpeningMarginExceeded: "borrow less, or deposit more collateral; prices count at the lower of spot and average",
  ParameterOutOfBounds: "the bounds hold on chain: choose a value within them",
  Paused: "try again after that time",
  PauseTooSoon: "try again after that time",
  PriceAboveMaximum: "raise --max-price, or wait until the price has fallen",
  PriceMoved: "the sources' price is more than 5 % from the expected one: look at decimals and feeds, and at expected_price",
  PriceNotOk: "the adapter has no good price now: `status` says why; `operate poke` takes a sample",
  PriceUnavailable: "the adapter has no good price now: `status` says why; `operate poke` takes a sample",
  ProgramExpired: "a year has passed since activation: `keepalive` activates it again",
  ProgramInsufficientValue: "the data fee rose: run the command again",
  ProgramKeepaliveTooSoon: "a program is renewed a month after its activation at the earliest",
  ProgramNotActivated: "`keepalive` activates it again",
  RemainderIsDust: "take all of it, or leave more",
  ResetNotNeeded: "nothing to do: the auction's price is good",
  Stopped: "the owner stopped this verb of the auction",
  TimelockInsufficientDelay: "give at least the timelock's delay",
  TimelockUnexpectedOperationState: "the operation is not in the state that this needs: `params list` shows all",
  TokenAmountMismatch: "tokens that take a fee on transfer are not supported",
  TokenCallFailed: "look at balance and allowance of the token",
  TooManyCollaterals: "an account holds at most eight collaterals: use another index",
  UnknownAuction: "`status` lists the live auctions",
  UnknownCollateral: "the token is no collateral of this market",
  UnknownToken: "the adapter has no sources for this token",
  ZeroAmount: "give an amount above zero",
};

/** What to do about an error, if there is anything to say. */
export function advice(error: ErrorDescription): string | undefined {
  return byName[error.name];
}

/** Names of errors that something is said about. */
export const advised: readonly string[] = Object.keys(byName);
