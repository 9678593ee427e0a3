package app.stockroom.sales;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;

/**
 * What a sales file says about one product.
 *
 * @param sku the stock code
 * @param name the most frequent description, or the stock code where there is none
 * @param price the last positive price of one piece, or null where there is none
 * @param sold pieces sold, all lines together
 * @param returned pieces returned, all lines together
 */
public record ProductSales(String sku, String name, @Nullable BigDecimal price, long sold, long returned) {
}
