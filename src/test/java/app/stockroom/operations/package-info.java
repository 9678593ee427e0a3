/**
 * What the people who run the service rely on: what it tells of itself, and that the
 * files that deploy it are right.
 */
package app.stockroom.operations;
