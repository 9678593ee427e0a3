package app.stockroom.platform;

/**
 * What text must be so that the database keeps it as it came: PostgreSQL knows no NUL,
 * and half a surrogate pair has no UTF-8.
 */
public final class Text {

	private Text() {
	}

	public static boolean isClean(String text) {
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character == 0 || Character.isLowSurrogate(character)) {
				return false;
			}
			if (Character.isHighSurrogate(character)
					&& (++i == text.length() || !Character.isLowSurrogate(text.charAt(i)))) {
				return false;
			}
		}
		return true;
	}

}
