/**
 * A believable demo tenant made from a real retailer's first month, so that a newcomer
 * sees life at once.
 */
@NullMarked
package app.stockroom.demo;

import org.jspecify.annotations.NullMarked;
