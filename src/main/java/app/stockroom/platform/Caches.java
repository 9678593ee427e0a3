package app.stockroom.platform;

import com.github.benmanes.caffeine.cache.Caffeine;

/**
 * How caches are kept in order: by whoever asks them, as to do it is less work than to
 * wake another thread for it.
 */
public final class Caches {

	private Caches() {
	}

	public static Caffeine<Object, Object> builder() {
		return Caffeine.newBuilder().executor(Runnable::run);
	}

}
