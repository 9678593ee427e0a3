package app.stockroom.embedded;

import java.nio.file.Path;

import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * The directory that both embedded servers share. Imported by their auto-configurations
 * and not annotated itself: the component scan of the application must not find it.
 */
class DataDirectoryConfiguration {

	@Bean
	static DataDirectory embeddedDataDirectory(Environment environment) {
		Binaries.require(Platform.current());
		return DataDirectory.open(Path.of(environment.getRequiredProperty(EmbeddedMode.DATA_DIRECTORY)));
	}

}
