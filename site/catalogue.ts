/**
 * What the page is built with: the models and sample photos of its own origin.
 *
 * @module
 */
import type { Task } from "./protocol.ts";

/** A model that the page can fetch. */
export interface CatalogueModel {
  readonly id: string;
  /** Relative to the page. */
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly task: Task;
  readonly scale: number;
  readonly parameters: number;
}

/** A sample photo. */
export interface CatalogueSample {
  readonly id: string;
  readonly url: string;
  readonly thumbnail: string;
  /** The model that it shows, by its id. */
  readonly model: string;
}

/** A released checkpoint that people can fetch themselves. */
export interface CatalogueOffer {
  readonly name: string;
  readonly url: string;
  readonly megabytes: number;
  /** Megabytes after `sidewinder convert --dtype f16`. */
  readonly halved: number;
  readonly top1: number;
}

/** All of them. */
export interface Catalogue {
  readonly models: readonly CatalogueModel[];
  readonly samples: readonly CatalogueSample[];
  readonly offers: readonly CatalogueOffer[];
  /** A photo before and after, for the first impression. */
  readonly welcome: { readonly before: string; readonly after: string };
}

/** Replaced by the build. */
declare const SITE_CATALOGUE: Catalogue;

/** The models and photos that were built in. */
export const CATALOGUE: Catalogue = SITE_CATALOGUE;
