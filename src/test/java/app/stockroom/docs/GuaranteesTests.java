package app.stockroom.docs;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.classreading.CachingMetadataReaderFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tests that docs/guarantees.md names are there.
 */
class GuaranteesTests {

	private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+(?:Tests|Faults))(?:\\.(\\w+))?`");

	@Test
	void everyTestThatIsNamedIsThere() throws IOException {
		List<String> named = NAMED.matcher(Files.readString(Path.of("docs/guarantees.md")))
			.results()
			.map((result) -> (result.group(2) != null) ? result.group(1) + "." + result.group(2) : result.group(1))
			.distinct()
			.toList();
		assertThat(named).hasSizeGreaterThan(20);
		assertThat(tests()).containsAll(named);
	}

	/** All test classes and their methods. */
	private static List<String> tests() throws IOException {
		CachingMetadataReaderFactory classes = new CachingMetadataReaderFactory();
		PathMatchingResourcePatternResolver resources = new PathMatchingResourcePatternResolver();
		Resource[] tests = resources.getResources("classpath*:app/stockroom/**/*Tests.class");
		Resource[] faults = resources.getResources("classpath*:app/stockroom/faults/*Faults.class");
		return Stream.concat(Arrays.stream(tests), Arrays.stream(faults)).flatMap((file) -> {
			try {
				Class<?> type = Class.forName(classes.getMetadataReader(file).getClassMetadata().getClassName());
				return Stream.concat(Stream.of(type.getSimpleName()),
						Arrays.stream(type.getDeclaredMethods())
							.map(Method::getName)
							.map((method) -> type.getSimpleName() + "." + method));
			}
			catch (IOException | ClassNotFoundException ex) {
				throw new IllegalStateException(ex);
			}
		}).toList();
	}

}
