package app.stockroom.sales;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * One line of a sales file. Two lines may be equal but for their number: thousands of
 * real ones are, so only the number tells them apart.
 *
 * @param number the line of the file it starts on; the header is line 1
 * @param invoice the invoice's number
 * @param sku the stock code, where case matters
 * @param description the retailer's words, possibly empty
 * @param quantity pieces sold or, negative, returned
 * @param at when it was invoiced; the file names no zone, so it is read as UTC
 * @param price the price of one piece; zero or negative on write-offs and corrections
 */
public record SaleLine(long number, String invoice, String sku, String description, long quantity, Instant at,
		BigDecimal price) {
}
