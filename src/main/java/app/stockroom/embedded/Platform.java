package app.stockroom.embedded;

import java.util.Locale;

/**
 * The operating system and processor, by the names that the binaries' artifacts use.
 */
record Platform(String system, String processor) {

	static Platform current() {
		return of(System.getProperty("os.name"), System.getProperty("os.arch"));
	}

	static Platform of(String osName, String osArch) {
		String name = osName.toLowerCase(Locale.ROOT);
		String system = name.startsWith("mac") ? "darwin" : name.replace(' ', '-');
		String processor = switch (osArch) {
			case "amd64", "x86_64" -> "amd64";
			case "aarch64", "arm64" -> "arm64";
			default -> osArch;
		};
		return new Platform(system, processor);
	}

	String postgresArchive() {
		String architecture = switch (this.processor) {
			case "amd64" -> "x86_64";
			case "arm64" -> "arm_64";
			default -> this.processor;
		};
		return "/postgres-%s-%s.txz".formatted(this.system, architecture);
	}

	String redisProgram() {
		return "/redis-server-7.0.15-%s-%s".formatted(this.system, this.processor);
	}

	@Override
	public String toString() {
		return this.system + "-" + this.processor;
	}

}
