package app.stockroom.platform;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A page as it is sent: written when the first client gets it, and the same bytes for all
 * others who share it.
 */
public final class PageJson {

	private final Page<?> page;

	private volatile byte @Nullable [] json;

	public PageJson(Page<?> page) {
		this.page = page;
	}

	@Nullable String nextCursor() {
		return this.page.nextCursor();
	}

	/** Two that come first may both write, and write the same. */
	byte[] bytes(JsonMapper mapper) {
		byte[] written = this.json;
		if (written == null) {
			written = mapper.writeValueAsBytes(this.page);
			this.json = written;
		}
		return written;
	}

}
