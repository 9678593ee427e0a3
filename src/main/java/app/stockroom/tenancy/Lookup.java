package app.stockroom.tenancy;

import java.util.UUID;
import java.util.function.Function;

import io.r2dbc.spi.Readable;

/**
 * How rows of one kind are found by their ids.
 *
 * @param <T> the kind of row
 * @param sql a select of the tenant {@code $1}, of the rows whose ids are in the array
 * {@code $2}
 * @param item reads one row
 * @param id the id of a row
 */
public record Lookup<T>(String sql, Function<Readable, T> item, Function<T, UUID> id) {
}
