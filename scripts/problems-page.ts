import { type ProblemCode, problemCodes } from '../packages/trimtab/src/schema/problem.ts'

interface Explained {
  readonly meaning: string
  readonly action: string
}

/** What each code means to whoever reads it. A code without an entry does not compile. */
const explained: Readonly<Record<ProblemCode, Explained>> = {
  syntax: {
    meaning: 'A file or an argument can’t be parsed.',
    action: 'Look at the place it names, and at what stands just before it: quotes, colons, brackets, indentation.',
  },
  duplicate_key: {
    meaning: 'A key is written twice in one object, or two lines of a `.env` file set one field.',
    action: 'Remove one. Which one was meant can’t be told, so neither is taken.',
  },
  several_documents: {
    meaning: 'A YAML file holds a second document, after `---`.',
    action: 'Keep one document in a file.',
  },
  alias_bomb: {
    meaning: 'The aliases of a YAML file stand for far more than the file holds, or for themselves.',
    action: 'Write the values out, or use fewer aliases.',
  },
  prototype_key: {
    meaning: 'A key is called `__proto__`, `constructor` or `prototype`.',
    action: 'Choose another name. These are refused at every level, in every source.',
  },
  key_invalid: {
    meaning:
      'A key can’t be one: it is too long, has control characters, is no text, or is not what the record’s keys may be.',
    action: 'Choose another name, or put it in quotes where the message says so.',
  },
  invalid_utf8: {
    meaning: 'A file is not UTF-8 text.',
    action: 'Save it as UTF-8. Binary content belongs into a file of its own, named by its path.',
  },
  too_large: {
    meaning: 'A file, a folder, a text or a whole object is larger than its limit.',
    action: 'Keep large content outside of the configuration, and name its place.',
  },
  too_deep: { meaning: 'Values are nested deeper than the limit.', action: 'Use fewer levels.' },
  not_an_object: {
    meaning: 'What a source gives is a list or a single value.',
    action: 'A configuration is an object: give the content a name.',
  },
  not_json: {
    meaning:
      'A value can’t be written as JSON: a function, an infinite number, a date of a class, an unknown YAML tag, half a character.',
    action: 'Give plain data. A transform of the schema must give it too.',
  },
  absent: {
    meaning: 'A required source is not there. Absent is neither empty nor unreadable.',
    action: 'Create it, correct its path, or mark the source `optional`.',
  },
  unreadable: {
    meaning: 'A source is there, or may be, and could not be read.',
    action: 'Correct permissions, path or connection. What runs stays; reading is tried again by itself.',
  },
  unknown_key: {
    meaning:
      'The schema knows no such setting. An error where a person typed it; a warning in variables and in published values.',
    action: 'Take the suggested name, or remove it.',
  },
  ambiguous_name: {
    meaning: 'A variable’s name can mean two fields, or two variables set one field to different texts.',
    action: 'Say which one is meant with the option `map`, or remove one variable.',
  },
  required: { meaning: 'A field without a default is not set anywhere.', action: 'Set it in one of the sources.' },
  wrong_type: {
    meaning: 'The value is of another type than the field. The message names the type that was found, never the value.',
    action: 'Write what is expected. In YAML, `no`, `5` and `1e3` may need quotes to be text.',
  },
  not_allowed: {
    meaning:
      'The type is right and the value is not: out of range, none of the choices, refused by a rule of the schema.',
    action: 'Choose an allowed value. As a warning: a file in a folder has an extension that is not read.',
  },
  reference_unset: {
    meaning:
      'A reference leads to something that does not exist: a variable that is not set, a file that is not there.',
    action: 'Set the variable or create the file. For a plain `${` write `$${`.',
  },
  reference_refused: {
    meaning:
      'A published value refers to something that is not in the allow-list, or stands in a field that is not secret.',
    action:
      'Add the name to `references.allow` in the code, mark the field `secret()`, or set the value in a local source.',
  },
  reference_failed: {
    meaning:
      'A reference is malformed, or what it leads to could not be read this time. As a warning: the value it had before is kept.',
    action: 'Correct what the message names.',
  },
  shadowed: {
    meaning: 'Something was just written that has no effect, because a later source sets it too. A warning.',
    action: 'Change it where it counts, or remove it there. `trimtab explain` shows all of them.',
  },
  module_refused: {
    meaning: 'The `check` of a module threw, or its `enabled`. The message is the module’s own.',
    action: 'Correct the value, or what the module found missing. Nothing has changed.',
  },
  step_timed_out: {
    meaning: 'A `check`, or the reading of a source, did not end within its deadline.',
    action: 'Look at what it waits for, or raise the timeout.',
  },
  restart_required: {
    meaning:
      'A field changed that only a restart can change, and `reload.restartOnly` is `reject`; or an exclusive module would have to be replaced.',
    action: 'Take the change back, or restart with it.',
  },
  mixture_invalid: {
    meaning:
      'What is configured is valid, and so is what runs; but not the new values together with the restart-only ones that still run.',
    action: 'Make both changes at a restart, or one that fits what runs.',
  },
  kept_unhealthy: {
    meaning:
      'A warning: health says no to what runs, and it is kept, because what could be gone back to is no better. It is not the last known good.',
    action: 'Repair what the checks name, or change the configuration: the next change is judged again.',
  },
  content_set_aside: {
    meaning: 'This very content ended the process before, so it is not tried by itself any more.',
    action: 'Change it, or reload with `force` to try it again.',
  },
}

/** The page of all problem codes. */
export function problemsPage(): string {
  const rows = problemCodes.map((code) => `| \`${code}\` | ${explained[code].meaning} | ${explained[code].action} |`)
  return `# Problem codes

<!-- Generated from scripts/problems-page.ts by \`npm run reference\`. -->

A **problem** is something wrong with a configuration at one place. An attempt to read or to change it reports all of them at once, in
\`outcome.problems\`, in the log, in the answers of the command, and in the error that \`createPlane()\` and \`loadConfig()\` throw
(\`problemsOf(error)\`). Printed, one reads \`config.yaml:3:8: pool.max: expected a whole number, received string. Write it without quotes.\`

Each has a \`code\`, a \`severity\`, a \`message\`, and where they are known the \`path\` in the configuration, the \`origin\` (source, file, line and
column), the \`module\` that refused, and a \`hint\`. An \`error\` keeps the configuration from being used, and what runs stays. A \`warning\` does not.
No problem ever holds a value, or a piece of a file’s text, because that could be a secret.

| code | meaning | what to do |
| --- | --- | --- |
${rows.join('\n')}

Codes are never renamed or given another meaning. The codes of errors, which are thrown, are on [a page of their own](errors.md).
`
}
