/**
 * Low-stock and out-of-stock alerts as clients see them.
 */
@NullMarked
package app.stockroom.alerts;

import org.jspecify.annotations.NullMarked;
