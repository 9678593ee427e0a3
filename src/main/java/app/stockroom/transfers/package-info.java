/**
 * Stock that moves from one warehouse to another, at once or over a time in transit.
 */
@NullMarked
package app.stockroom.transfers;

import org.jspecify.annotations.NullMarked;
