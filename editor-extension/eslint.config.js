import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  { ignores: ["dist/", "out/"] },
  js.configs.recommended,
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly" } },
  },
  {
    files: ["src/**/*.ts", "test/**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // The editor's Disposable is a class; ours are objects of its shape, which is all that counts.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // A short callback is one line, whether or not what it calls returns something.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Numbers and booleans read well in a template.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    // Text from outside becomes a link or an icon in many places of the editor. The API that
    // modules are given (src/common/vscode.ts) makes it inert; nothing may go round it.
    files: ["src/**/*.ts"],
    ignores: ["src/extension.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "vscode",
              allowTypeImports: true,
              message: "Use the VSCode that the module is given: it makes text from outside inert.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/ui/tooltip.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.property.name='MarkdownString']",
          message:
            "Markdown can hold links that run commands: show plain text, which is made inert.",
        },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // node:test's test() gives a promise that its runner waits for.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", name: ["test", "describe", "it"], package: "node:test" },
          ],
        },
      ],
    },
  },
);
