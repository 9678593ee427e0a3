package app.stockroom.platform;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A JSON merge patch (RFC 7396): what is absent stays, what is null goes.
 *
 * @param <T> the record of what may change
 * @param change the new values
 * @param cleared the fields that were null
 */
public record Patch<T>(T change, Set<String> cleared) {

	/**
	 * A change of another kind, in which null says nothing.
	 */
	public static <T> Patch<T> of(T change) {
		return new Patch<>(change, Set.of());
	}

	/**
	 * The new value of a field that may be missing.
	 */
	public <V> @Nullable V value(String field, @Nullable V changed, @Nullable V current) {
		return (changed != null || this.cleared.contains(field)) ? changed : current;
	}

}
