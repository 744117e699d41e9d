import assert from "node:assert/strict";
import { test } from "node:test";
import { inertBlock, inertLabel, inertLine, readable } from "../src/common/inert.js";

// VS Code's own patterns: src/vs/base/common/linkedText.ts and …/ui/iconLabel/iconLabels.ts.
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/giu;
const icon = /(\\)?\$\(([A-Za-z0-9-]+(?:~[A-Za-z]+)?)\)/gu;
/** notified is what VS Code parses of a notification: it joins lines and cuts the text. */
const notified = (text: string) => text.slice(0, 1000).replace(/\r\n|\n|\r/gu, " ");

const hostile = [
  "[Read the notice](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22id%22%7D)",
  "[a](command:x)[b](command:y)",
  "[[a](command:x)](command:y)",
  "[a\nb](command:x)",
  "[a]\u200b(command:x)",
  "[a]\u202e(command:x)",
  "[a]\u{e0001}\ufe0f(command:x)",
  "[a]\0(command:x)",
  "[a]\u00ad\u3164(COMMAND:x)",
  "[a]\r\n(command:x)",
  "[a](https://example.org 'title')",
  "[a](file:///etc/passwd)",
  "]([a](command:x)",
  "$(a](command:x))",
  `[${"a".repeat(990)}](command:x)`,
  "[\u{1f600}](command:x)",
  "$(warning) the host's key is fine",
  "$\u200d(sync~spin)",
  "\\$(error)$(error)",
  "$($(check)check)",
];

test("inert: nothing from outside is a link, however it is written", () => {
  for (const text of hostile) {
    for (const inert of [inertLine, inertLabel, inertBlock]) {
      const shown = inert(text);
      assert.doesNotMatch(shown, new RegExp(link.source, "iu"), JSON.stringify(text));
      assert.doesNotMatch(notified(shown), new RegExp(link.source, "iu"), JSON.stringify(text));
      assert.equal(inert(shown), shown, "once is enough");
    }
    assert.equal(inertLine(text).match(icon), null, JSON.stringify(text));
  }
});

test("inert: two texts that VS Code joins are no link either", () => {
  const halves = hostile.flatMap((text) =>
    Array.from({ length: text.length }, (_, at) => [text.slice(0, at), text.slice(at)] as const),
  );
  for (const [title, message] of halves) {
    // A progress notification joins them so (progressService.ts), a prompt adds a sentence.
    const progress = `${inertLine(title)}: ${inertLine(message)}`;
    assert.doesNotMatch(notified(progress), new RegExp(link.source, "iu"), progress);
    const prompt = `${inertLine(title)} (Press 'Enter' to confirm or 'Escape' to cancel)`;
    assert.doesNotMatch(prompt, new RegExp(link.source, "iu"), prompt);
    // We join texts before they are made inert.
    assert.doesNotMatch(inertLine(title + message), new RegExp(link.source, "iu"));
  }
});

test("inert: invisible characters, and those that move others, are removed", () => {
  const points = [0x00, 0x08, 0x1b, 0x7f, 0x9b, 0xad, 0x34f, 0x61c, 0x115f, 0x180e, 0x200b, 0x200f]
    .concat([0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0x3164, 0xd800, 0xfe0f, 0xfeff, 0xffa0])
    .concat([0xfff9, 0x1d173, 0xe0001, 0xe0061, 0xe0100]);
  for (const point of points) {
    const hidden = String.fromCodePoint(point);
    assert.match(inertLine(`a${hidden}b`), /^a ?b$/u, point.toString(16));
    assert.equal(readable(`a${hidden}b`), "ab", point.toString(16));
  }
  assert.equal(inertLine(" one\r\ntwo\u2028three\tfour "), "one two three four");
  assert.equal(readable("one\r\ntwo\rthree\tfour\u2029"), "one\ntwo\nthree\tfour");
});

test("inert: a long text is cut, not inside a character", () => {
  assert.equal(inertLine("a".repeat(1000)).length, 1000);
  assert.equal(inertLine("a".repeat(100_000)), `${"a".repeat(999)}…`);
  assert.equal(inertLine("\u{1f600}".repeat(1000)), `${"\u{1f600}".repeat(499)}…`);
  assert.equal(inertBlock("a\n".repeat(100_000)).length, 4000);
});

test("inert: ordinary text stays as it is", () => {
  for (const text of [
    "Requested time limit is invalid (missing or exceeds some limit)",
    "/scratch/Jürgen Müller/project [2] (new)",
    "nodes scs[0001-0004] are down; see https://example.org/status",
    "数据分析 и данные 🙂",
    'sbatch: error: "a" && `b` <c> *d* _e_ #f $HOME',
  ]) {
    for (const inert of [inertLine, inertLabel, inertBlock, readable]) {
      assert.equal(inert(text), text);
    }
  }
});

test("inert: a label of ours keeps its one icon", () => {
  assert.equal(inertLabel("$(sync~spin) Sunbird: starting…"), "$(sync~spin) Sunbird: starting…");
  assert.equal(inertLabel("$(pass) $(error) login"), "$(pass) $ (error) login");
  assert.equal(inertLabel("$(pass)[a](command:x)"), "$ (pass)[a] (command:x)");
  assert.equal(inertLabel("$(circle-slash)"), "$(circle-slash)");
});
