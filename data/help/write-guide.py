#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes what the guide needs beside its pages: pictures, by the program itself, and one HTML file.

    write-guide.py OTO OUTPUT_DIR     the pages beside this script become OUTPUT_DIR/guide.html,
                                      and the pictures that they show are drawn there
    write-guide.py --check            every link and picture of the pages is one that there is
"""

import html
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

PAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'guide')
NAMESPACE = '{http://projectmallard.org/1.0/}'
ORDER = ['index', 'panel-mel', 'panel-recon', 'panel-freq-att', 'panel-contribution', 'panel-step1',
         'panel-time-att', 'panel-probs', 'mask', 'events']

# The command that draws each picture: oto render ... demo_01.wav -o NAME.png
PICTURES = {
    'panel-mel': ['--panels', '1'],
    'panel-recon': ['--panels', '2'],
    'panel-freq-att': ['--panels', '3'],
    'panel-contribution': ['--panels', '3', '--contribution'],
    'panel-step1': ['--panels', '6'],
    'panel-time-att': ['--panels', '7'],
    'panel-probs': ['--panels', '8'],
    'events': ['--panels', '6', '--labels', 'labels.tsv'],
}
SIZE = ['--size', '800x320']

STYLE = ('body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; font-family: sans-serif; '
         'line-height: 1.5; } img { max-width: 100%; } '
         'pre { background: #8882; padding: 0.6rem; overflow-x: auto; } '
         'section section { margin-left: 1rem; }')


def read_page(name):
    return ElementTree.parse(os.path.join(PAGES, name + '.page')).getroot()


def inline(element):
    text = html.escape(element.text or '', quote=False)
    for child in element:
        tag = child.tag.removeprefix(NAMESPACE)
        words = inline(child)
        if tag == 'link':
            words = f'<a href="#{html.escape(child.get("xref"))}">{words}</a>'
        elif tag == 'cmd':
            words = f'<code>{words}</code>'
        else:
            raise ValueError(f'<{tag}> has no HTML here')
        text += words + html.escape(child.tail or '', quote=False)
    return text


def block(element, level):
    tag = element.tag.removeprefix(NAMESPACE)
    if tag == 'info':
        return ''
    if tag == 'title':
        return f'<h{level}>{inline(element)}</h{level}>\n'
    if tag == 'p':
        return f'<p>{inline(element)}</p>\n'
    if tag == 'code':
        return f'<pre>{inline(element)}</pre>\n'
    if tag == 'media':
        return (f'<p><img src="{html.escape(element.get("src"))}" '
                f'alt="{html.escape(element.text)}"></p>\n')
    if tag == 'section':
        inner = ''.join(block(child, level + 1) for child in element)
        # The lists of a guide are what follows.
        return '' if element.get('style') else f'<section>\n{inner}</section>\n'
    raise ValueError(f'<{tag}> has no HTML here')


def write_html(path):
    parts = ['<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
             f'<title>Otoscope</title>\n<style>{STYLE}</style>\n</head>\n<body>\n']
    for name in ORDER:
        page = read_page(name)
        inner = ''.join(block(child, 1 if name == 'index' else 2) for child in page)
        parts.append(f'<section id="{name}">\n{inner}</section>\n')
        if name == 'index':
            titles = ((other, inline(read_page(other).find(NAMESPACE + 'title')))
                      for other in ORDER[1:])
            items = ''.join(f'<li><a href="#{other}">{title}</a></li>\n' for other, title in titles)
            parts.append(f'<ul>\n{items}</ul>\n')
    parts.append('</body>\n</html>\n')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(''.join(parts))


def draw(oto, output):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([oto, 'demo', '--quiet', '-o', folder], check=True,
                       stdout=subprocess.DEVNULL)
        for name, options in PICTURES.items():
            subprocess.run([oto, 'render', '--quiet', *options, *SIZE, 'demo_01.wav',
                            '-o', os.path.join(output, name + '.png')], check=True, cwd=folder,
                           stdout=subprocess.DEVNULL)


def check():
    names = sorted(file.removesuffix('.page') for file in os.listdir(PAGES))
    problems = []
    if names != sorted(ORDER):
        problems.append(f'the pages are {names}, not {sorted(ORDER)}')
    for name in names:
        page = read_page(name)
        if page.get('id') != name:
            problems.append(f'{name}.page has the id {page.get("id")}')
        for link in page.iter(NAMESPACE + 'link'):
            if link.get('xref').split('#')[0] not in names:
                problems.append(f'{name}.page links to {link.get("xref")}')
        for media in page.iter(NAMESPACE + 'media'):
            if media.get('src').removesuffix('.png') not in PICTURES:
                problems.append(f'{name}.page shows {media.get("src")}, which nothing draws')
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def main():
    if sys.argv[1:] == ['--check']:
        return check()
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    os.makedirs(sys.argv[2], exist_ok=True)
    draw(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    write_html(os.path.join(sys.argv[2], 'guide.html'))
    return 0


if __name__ == '__main__':
    sys.exit(main())
