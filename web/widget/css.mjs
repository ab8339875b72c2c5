// Lets a source import a style sheet as its minified text.
import { readFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';

export const css = {
  name: 'css',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await esbuild.transform(source, { loader: 'css', minify: true, target: ['chrome87', 'firefox78', 'safari14'] });
      return { contents: code.trim(), loader: 'text', watchFiles: [path] };
    });
  },
};
