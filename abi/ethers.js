// SPDX-License-Identifier: MIT OR Apache-2.0
import { Contract } from "ethers";

/** A contract of ethers whose functions have the types of its ABI. */
export function contractAt(address, abi, runner) {
  return new Contract(address, abi, runner);
}
