/**
 * Sales files: a retailer's invoice lines as gzip CSV, checked line by line, and what
 * they add up to for each product.
 */
@NullMarked
package app.stockroom.sales;

import org.jspecify.annotations.NullMarked;
