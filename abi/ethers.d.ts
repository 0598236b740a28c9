// SPDX-License-Identifier: MIT OR Apache-2.0
// Types of ethers' contracts from ABIs: what a function takes, and what it gives.

import type {
  AddressLike, BaseContract, BaseContractMethod, BigNumberish, BytesLike, ContractRunner, ContractTransactionResponse,
} from "ethers";

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly components?: readonly Parameter[];
}

/** What ethers takes for a type of Solidity. */
type Input<P extends Parameter, T extends string = P["type"]> =
  T extends `${infer Element}[${string}]` ? readonly Input<P, Element>[]
  : T extends "tuple" ? { [C in NonNullable<P["components"]>[number] as C["name"]]: Input<C> }
  : T extends `uint${string}` | `int${string}` ? BigNumberish
  : T extends "address" ? AddressLike
  : T extends "bool" ? boolean
  : T extends "string" ? string
  : BytesLike;

/** What ethers gives for a type of Solidity. */
type Output<P extends Parameter, T extends string = P["type"]> =
  T extends `${infer Element}[${string}]` ? readonly Output<P, Element>[]
  : T extends "tuple" ? { readonly [C in NonNullable<P["components"]>[number] as C["name"]]: Output<C> }
  : T extends `uint${string}` | `int${string}` ? bigint
  : T extends "bool" ? boolean
  : string;

type Inputs<P extends readonly Parameter[]> = { -readonly [I in keyof P]: Input<P[I]> };
type Outputs<P extends readonly Parameter[]> = { readonly [I in keyof P]: Output<P[I]> };

/** One result is itself; several are a list whose items also have their names. */
type Result<P extends readonly Parameter[]> =
  P extends readonly [] ? void
  : P extends readonly [infer Only extends Parameter] ? Output<Only>
  : Outputs<P> & { readonly [R in P[number] as R["name"] extends "" ? never : R["name"]]: Output<R> };

interface AbiFunction {
  readonly type: "function";
  readonly name: string;
  readonly inputs: readonly Parameter[];
  readonly outputs: readonly Parameter[];
  readonly stateMutability: string;
}

type Method<F> = F extends AbiFunction
  ? F["stateMutability"] extends "view" | "pure"
    ? BaseContractMethod<Inputs<F["inputs"]>, Result<F["outputs"]>, Result<F["outputs"]>>
    : BaseContractMethod<Inputs<F["inputs"]>, Result<F["outputs"]>, ContractTransactionResponse>
  : never;

/**
 * A contract of ethers whose functions have the types of its ABI. A function of two forms (`permit`) is there with both, and is
 * called by its whole signature: `contract.getFunction("permit(address,…)")`.
 */
export type ContractOf<Abi extends readonly unknown[]> = BaseContract & {
  readonly [F in Extract<Abi[number], AbiFunction> as F["name"]]: Method<F>;
};

/** A contract of ethers whose functions have the types of its ABI. */
export declare function contractAt<const Abi extends readonly unknown[]>(
  address: string, abi: Abi, runner?: ContractRunner | null,
): ContractOf<Abi>;
